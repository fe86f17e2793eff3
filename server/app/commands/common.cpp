#include "server/app/commands/common.hpp"

#include "core/random.hpp"

#include <fstream>
#include <sstream>

namespace chancery::app::commands {

std::string sentence_of(const Problem& problem)
{
    auto text = problem.detail;
    for (const auto& error : problem.errors) {
        text += "; " + error.pointer + " " + error.detail;
    }
    return text;
}

issuance::Caller operator_caller()
{
    auto caller = issuance::system_caller();
    caller.actor.name = "command line";
    return caller;
}

Secret password_from(const std::string& file)
{
    if (file.empty()) {
        return Secret(random_token(18));
    }
    std::ifstream in(file);
    std::string line;
    if (!in || !std::getline(in, line) || line.empty()) {
        throw std::runtime_error("cannot read a password from the first line of " + file);
    }
    Secret password(line);
    wipe(line);
    return password;
}

std::string read_text(const std::string& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw std::runtime_error("cannot read " + file);
    }
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

} // namespace chancery::app::commands

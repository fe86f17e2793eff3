#include "core/json.hpp"
#include "core/json_document.hpp"

namespace chancery::json {

struct Writer::Impl {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> out{buffer};
};

Writer::Writer() : impl_(std::make_unique<Impl>()) {}

Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

Writer& Writer::key(std::string_view name)
{
    impl_->out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return *this;
}

Writer& Writer::begin_object()
{
    impl_->out.StartObject();
    return *this;
}

Writer& Writer::begin_object(std::string_view name)
{
    return key(name).begin_object();
}

Writer& Writer::end_object()
{
    impl_->out.EndObject();
    return *this;
}

Writer& Writer::begin_array()
{
    impl_->out.StartArray();
    return *this;
}

Writer& Writer::begin_array(std::string_view name)
{
    return key(name).begin_array();
}

Writer& Writer::end_array()
{
    impl_->out.EndArray();
    return *this;
}

Writer& Writer::value(std::string_view text)
{
    impl_->out.String(text.data() == nullptr ? "" : text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return *this;
}

Writer& Writer::value(long long number)
{
    impl_->out.Int64(number);
    return *this;
}

Writer& Writer::value(bool yes)
{
    impl_->out.Bool(yes);
    return *this;
}

Writer& Writer::value(double number)
{
    impl_->out.Double(number);
    return *this;
}

Writer& Writer::null()
{
    impl_->out.Null();
    return *this;
}

Writer& Writer::raw(std::string_view json)
{
    impl_->out.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    return *this;
}

Writer& Writer::member(std::string_view name, std::span<const std::string> texts)
{
    begin_array(name);
    for (const auto& text : texts) {
        value(std::string_view(text));
    }
    return end_array();
}

std::string Writer::take()
{
    std::string text(impl_->buffer.GetString(), impl_->buffer.GetSize());
    impl_ = std::make_unique<Impl>();
    return text;
}

} // namespace chancery::json

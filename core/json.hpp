#pragma once

#include "core/result.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// JSON in and out (RFC 8259). RapidJSON stays inside json.cpp.
namespace chancery::json {

/// Writes one JSON text, members in the order they are given. Nothing is built in memory but the text.
class Writer {
public:
    Writer();
    ~Writer();
    Writer(Writer&&) noexcept;
    Writer& operator=(Writer&&) noexcept;

    Writer& begin_object();
    Writer& begin_object(std::string_view key);
    Writer& end_object();
    Writer& begin_array();
    Writer& begin_array(std::string_view key);
    Writer& end_array();

    Writer& value(std::string_view text);

    Writer& value(const char* text) { return value(std::string_view(text)); }

    Writer& value(long long number);
    Writer& value(bool yes);
    Writer& value(double number);
    Writer& null();
    /// Inserts `json`, which must be one valid JSON value, as it is.
    Writer& raw(std::string_view json);

    Writer& key(std::string_view name);

    Writer& member(std::string_view name, std::string_view text) { return key(name).value(text); }

    Writer& member(std::string_view name, const char* text) { return key(name).value(std::string_view(text)); }

    Writer& member(std::string_view name, const std::string& text) { return key(name).value(std::string_view(text)); }

    Writer& member(std::string_view name, int number) { return key(name).value(static_cast<long long>(number)); }

    Writer& member(std::string_view name, long long number) { return key(name).value(number); }

    Writer& member(std::string_view name, bool yes) { return key(name).value(yes); }

    Writer& member(std::string_view name, double number) { return key(name).value(number); }

    Writer& member(std::string_view name, std::span<const std::string> texts);

    Writer& null_member(std::string_view name) { return key(name).null(); }

    Writer& raw_member(std::string_view name, std::string_view json) { return key(name).raw(json); }

    /// Writes null where there is no value.
    template <class T> Writer& member_or_null(std::string_view name, const std::optional<T>& value)
    {
        return value ? member(name, *value) : null_member(name);
    }

    /// Leaves the member out where there is no value.
    template <class T> Writer& member_if(std::string_view name, const std::optional<T>& value)
    {
        return value ? member(name, *value) : *this;
    }

    /// The finished text; the writer is empty afterwards.
    std::string take();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

enum class Unknown { Refuse, Ignore };

/// Reads one JSON object member by member into typed values and collects *every* mistake with its pointer; the values
/// are only meaningful when `finish()` succeeds. Nested readers share the root's mistakes; call `finish()` on the root.
///
///     json::Reader in(body);
///     command.code = in.string("code");
///     command.reason = in.optional_string("reason");
///     CHANCERY_CHECK(in.finish());
class Reader {
public:
    /// Parses `text` (iteratively: depth cannot exhaust the stack). Text that is not one JSON object, has duplicate
    /// members, invalid UTF-8 or nesting over 64 makes `finish()` answer BadRequest, and every read a default.
    explicit Reader(std::string_view text);
    ~Reader();
    Reader(const Reader&);
    Reader& operator=(const Reader&);

    /// Whether the text was one JSON object without duplicate members.
    bool parsed() const;
    bool has(std::string_view name) const;
    bool is_null(std::string_view name) const;
    bool is_object(std::string_view name) const;
    bool is_string(std::string_view name) const;
    bool is_array(std::string_view name) const;
    std::vector<std::string> member_names() const;

    /// Required members. A missing one is the mistake "required", another type "type".
    std::string string(std::string_view name);
    long long integer(std::string_view name);
    bool boolean(std::string_view name);
    std::vector<std::string> strings(std::string_view name);
    Reader object(std::string_view name);
    std::vector<Reader> objects(std::string_view name);

    /// Optional members: absent and null are both "nothing".
    std::optional<std::string> optional_string(std::string_view name);
    std::optional<long long> optional_integer(std::string_view name);
    std::optional<bool> optional_boolean(std::string_view name);
    std::optional<std::vector<std::string>> optional_strings(std::string_view name);
    std::optional<Reader> optional_object(std::string_view name);
    std::optional<std::vector<Reader>> optional_objects(std::string_view name);

    /// A number, or a string that is a decimal number (policy values may be either).
    std::optional<long long> optional_lenient_integer(std::string_view name);

    /// The member's value as compact JSON, marked as read; nothing when absent.
    std::optional<std::string> raw(std::string_view name);
    /// This whole object as compact JSON.
    std::string text() const;

    /// Marks a member as read without looking at it.
    void ignore(std::string_view name);
    /// Adds a mistake at `name` (at the object itself when empty).
    void reject(std::string_view name, std::string code, std::string detail);
    /// The RFC 6901 pointer of a member of this object.
    std::string pointer(std::string_view name) const;

    /// All is well, or BadRequest (not JSON) or ValidationError with every mistake found in this reader's whole
    /// document; members nobody asked for are mistakes too ("unknown") unless ignored.
    Result<void> finish(Unknown unknown = Unknown::Refuse);

private:
    struct Node;
    struct State;
    Reader(std::shared_ptr<State> state, Node* node);
    std::shared_ptr<State> state_;
    Node* node_ = nullptr;
};

/// A list of strings from stored JSON text (`["a","b"]`); throws std::runtime_error when it is not one.
std::vector<std::string> parse_strings(std::string_view text);
/// The inverse.
std::string to_array(std::span<const std::string> texts);

/// RFC 7396: `target` with `patch` merged into it, both JSON objects; BadRequest when the patch is not one.
Result<std::string> merge_patch(std::string_view target, std::string_view patch);

/// The elements of a stored JSON array, each as compact JSON text; throws std::runtime_error when it is not an array.
std::vector<std::string> parse_array(std::string_view text);

/// Whether `text` is one well-formed JSON value.
bool is_valid(std::string_view text);

} // namespace chancery::json

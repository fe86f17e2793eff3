# Every third-party library, named once. Folders link these targets, never raw library names.
find_package(Threads REQUIRED)
find_package(Boost 1.81 EXACT REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(mimalloc REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)

add_library(chancery_boost INTERFACE)
target_link_libraries(chancery_boost INTERFACE Boost::headers Threads::Threads)
add_library(chancery::boost ALIAS chancery_boost)

# Debian ships SOCI without a CMake package.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
find_library(SOCI_POSTGRESQL_LIBRARY soci_postgresql REQUIRED)
add_library(chancery_soci INTERFACE)
target_include_directories(chancery_soci SYSTEM INTERFACE ${SOCI_INCLUDE_DIR} ${PostgreSQL_INCLUDE_DIRS})
target_link_libraries(chancery_soci INTERFACE
    ${SOCI_CORE_LIBRARY} ${SOCI_SQLITE3_LIBRARY} ${SOCI_POSTGRESQL_LIBRARY} SQLite::SQLite3 PostgreSQL::PostgreSQL)
add_library(chancery::soci ALIAS chancery_soci)

# RapidJSON 1.1 assigns to a const member in GenericStringRef::operator=, which Clang 19 rejects; upstream dropped
# the operator. And its stack adds to a null pointer to find out that it is empty, which the undefined-behaviour
# sanitizer stops at; upstream compares the room instead. And the second half of a surrogate pair is taken without the
# first, which gives text that is not UTF-8. The overlay is the installed headers without these three mistakes.
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/document.h REQUIRED)
set(rapidjson_overlay "${CMAKE_BINARY_DIR}/rapidjson_overlay")
set(rapidjson_overlay_made "${rapidjson_overlay}/made_6") # another number makes it anew
if(NOT EXISTS "${rapidjson_overlay_made}")
    file(COPY "${RAPIDJSON_INCLUDE_DIR}/rapidjson" DESTINATION "${rapidjson_overlay}")
    file(READ "${rapidjson_overlay}/rapidjson/document.h" document)
    string(REPLACE "GenericStringRef& operator=(const GenericStringRef& rhs) { s = rhs.s; length = rhs.length; }"
                   "" document "${document}")
    file(WRITE "${rapidjson_overlay}/rapidjson/document.h" "${document}")
    file(READ "${rapidjson_overlay}/rapidjson/internal/stack.h" stack)
    string(REPLACE "stackTop_ + sizeof(T) * count > stackEnd_"
                   "static_cast<std::ptrdiff_t>(sizeof(T) * count) > (stackEnd_ - stackTop_)" stack "${stack}")
    string(REPLACE "stackTop_ + sizeof(T) * count <= stackEnd_"
                   "static_cast<std::ptrdiff_t>(sizeof(T) * count) <= (stackEnd_ - stackTop_)" stack "${stack}")
    string(REPLACE "#include \"swap.h\"" "#include \"swap.h\"\n#include <cstddef>" stack "${stack}")
    file(WRITE "${rapidjson_overlay}/rapidjson/internal/stack.h" "${stack}")
    file(READ "${rapidjson_overlay}/rapidjson/reader.h" reader)
    set(first_half "if (RAPIDJSON_UNLIKELY(codepoint >= 0xD800 && codepoint <= 0xDBFF)) {")
    string(REPLACE "${first_half}" "if (RAPIDJSON_UNLIKELY(codepoint >= 0xDC00 && codepoint <= 0xDFFF))
                        RAPIDJSON_PARSE_ERROR(kParseErrorStringUnicodeSurrogateInvalid, escapeOffset);
                    ${first_half}" reader "${reader}")
    file(WRITE "${rapidjson_overlay}/rapidjson/reader.h" "${reader}")
    file(TOUCH "${rapidjson_overlay_made}")
endif()
add_library(chancery_rapidjson INTERFACE)
target_include_directories(chancery_rapidjson SYSTEM INTERFACE "${rapidjson_overlay}")
add_library(chancery::rapidjson ALIAS chancery_rapidjson)

# libunbound.pc asks for libevent, which its own interface does not need.
find_path(UNBOUND_INCLUDE_DIR unbound.h REQUIRED)
find_library(UNBOUND_LIBRARY unbound REQUIRED)
add_library(chancery_unbound INTERFACE)
target_include_directories(chancery_unbound SYSTEM INTERFACE ${UNBOUND_INCLUDE_DIR})
target_link_libraries(chancery_unbound INTERFACE ${UNBOUND_LIBRARY})
add_library(chancery::unbound ALIAS chancery_unbound)

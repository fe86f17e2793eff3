# Which compiler, which warnings, which sanitizers: one interface target that every target links.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    message(FATAL_ERROR
        "GCC ${CMAKE_CXX_COMPILER_VERSION} cannot build Chancery: it destroys temporaries twice inside co_await "
        "expressions such as co_await f(Order{...}), which is memory corruption at run time, not a build error. "
        "Use Clang 19: cmake --preset release (see docs/decisions/0001-compiler.md).")
endif()

# In-project folders are the include roots, so this must precede every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

set(CHANCERY_SANITIZE "" CACHE STRING "Sanitizers: empty, 'address,undefined' or 'thread'")
option(CHANCERY_FUZZ "Build the fuzz targets (tests/fuzz), with all code telling libFuzzer where it has been" OFF)
if(CHANCERY_FUZZ AND NOT CHANCERY_SANITIZE)
    message(FATAL_ERROR "CHANCERY_FUZZ wants CHANCERY_SANITIZE=address,undefined: cmake --preset fuzz")
endif()

add_library(chancery_options INTERFACE)
add_library(chancery::options ALIAS chancery_options)
target_include_directories(chancery_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(chancery_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Wunused
    -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch -Werror -fno-omit-frame-pointer)
target_compile_definitions(chancery_options INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED BOOST_ERROR_CODE_HEADER_ONLY
    CHANCERY_VERSION="${PROJECT_VERSION}")
target_link_options(chancery_options INTERFACE -fuse-ld=lld)

if(CHANCERY_SANITIZE)
    target_compile_options(chancery_options INTERFACE -fsanitize=${CHANCERY_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(chancery_options INTERFACE -fsanitize=${CHANCERY_SANITIZE})
    if(CHANCERY_SANITIZE MATCHES "undefined")
        # SOCI's shared library hides its type information, so vptr checks cannot link.
        target_compile_options(chancery_options INTERFACE -fno-sanitize=vptr)
        target_link_options(chancery_options INTERFACE -fno-sanitize=vptr)
    endif()
    if(CHANCERY_FUZZ)
        target_compile_options(chancery_options INTERFACE -fsanitize=fuzzer-no-link)
    endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(chancery_options INTERFACE -fstack-protector-strong -D_FORTIFY_SOURCE=2)
    target_link_options(chancery_options INTERFACE -Wl,-z,relro,-z,now)
endif()

# One library per folder: chancery_library(name SOURCES a.cpp ... LINKS chancery::core ...)
function(chancery_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
    add_library(chancery_${name} STATIC ${ARG_SOURCES})
    add_library(chancery::${name} ALIAS chancery_${name})
    target_link_libraries(chancery_${name} PUBLIC chancery::options ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
endfunction()

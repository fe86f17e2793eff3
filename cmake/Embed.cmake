# chancery_embed(<target> <namespace::name> <files...>): puts files into the binary as
# `std::span<const EmbeddedFile>` (core/embedded_file.hpp), in the order given.
function(chancery_embed target symbol)
    string(REPLACE "::" "_" stem "${symbol}")
    set(out "${CMAKE_CURRENT_BINARY_DIR}/${stem}_embedded.cpp")
    add_custom_command(
        OUTPUT "${out}"
        COMMAND ${CMAKE_COMMAND} -D "OUT=${out}" -D "SYMBOL=${symbol}" -D "FILES=${ARGN}"
                -P "${CMAKE_SOURCE_DIR}/cmake/EmbedScript.cmake"
        DEPENDS ${ARGN} "${CMAKE_SOURCE_DIR}/cmake/EmbedScript.cmake"
        VERBATIM)
    target_sources(${target} PRIVATE "${out}")
endfunction()

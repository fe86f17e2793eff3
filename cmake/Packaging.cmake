# Install rules, and the .deb with its systemd unit: cmake --build build/release --target package
include(GNUInstallDirs)

install(TARGETS chancery RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES "${CMAKE_SOURCE_DIR}/packaging/chancery.service" DESTINATION lib/systemd/system)
install(FILES "${CMAKE_SOURCE_DIR}/packaging/chancery.yaml" DESTINATION /etc/chancery
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES "${CMAKE_SOURCE_DIR}/README.md" "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Chancery maintainers <maintainers@chancery.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "passwd")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${CMAKE_SOURCE_DIR}/packaging/postinst" "${CMAKE_CURRENT_BINARY_DIR}/conffiles")
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/conffiles" "/etc/chancery/chancery.yaml\n")
include(CPack)

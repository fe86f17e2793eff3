# Filled in by the packaging files: install rules and the .deb.
include(GNUInstallDirs)

# What the Debian package holds, and how CPack makes it: `./dev package`. Documents are made from the program
# (deploy/package/make_documents.sh), pages by `npm run build`.
set(package ${CMAKE_SOURCE_DIR}/deploy/package)
set(documents ${CMAKE_BINARY_DIR}/package)
add_custom_target(package_documents
  COMMAND ${package}/make_documents.sh ${CMAKE_SOURCE_DIR} $<TARGET_FILE:wissel> ${PROJECT_VERSION} ${documents}
  DEPENDS wissel VERBATIM)

install(TARGETS wissel DESTINATION usr/bin)
install(DIRECTORY web/dist/ DESTINATION usr/share/wissel/web)
install(DIRECTORY web/customer/ DESTINATION usr/share/wissel/customer)
install(FILES ${package}/center.yaml DESTINATION etc/wissel)
install(FILES ${package}/wissel.service DESTINATION lib/systemd/system)
install(FILES ${package}/sysusers.conf DESTINATION usr/lib/sysusers.d RENAME wissel.conf)
install(FILES ${documents}/wissel.1.gz DESTINATION usr/share/man/man1)
install(FILES ${documents}/wissel DESTINATION usr/share/bash-completion/completions)
install(FILES ${package}/copyright ${documents}/changelog.Debian.gz ${documents}/changelog.gz
              ${documents}/sbom.cdx.json ${CMAKE_SOURCE_DIR}/docs/operating/install.md
              ${CMAKE_SOURCE_DIR}/docs/operating/backup.md ${CMAKE_SOURCE_DIR}/docs/operating/alerts.md
        DESTINATION usr/share/doc/wissel)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/cpack)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                                WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME wissel)
set(CPACK_PACKAGE_CONTACT "Wissel maintainers <maintainers@wissel.invalid>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "contact center that routes work to people by skill
Calls, mails, chats and forms wait in queues and are offered to people who
can take them. What was decided can be replayed from a journal and explained,
offer by offer; the same engine simulates tomorrow for a planner.
.
One program with an embedded store serves a center. This package runs it as
a service of its own user, with pages for agents, managers and customers.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package}/postinst ${package}/prerm ${package}/postrm ${package}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)

# What the Debian package holds, and how CPack makes it: scripts/package.sh, which uses the preset "package".
#
# The names of the program, its unit and its files are those of the exporter as it is registered with Prometheus,
# glusterfs_exporter. A Debian package's name cannot have a '_', and those that begin with prometheus- are Debian's own.

set(GLUSTERFS_EXPORTER_PACKAGE_REVISION 1 CACHE STRING "the package's own version, behind that of the program")
set(GLUSTERFS_EXPORTER_MAINTAINER "glusterfs_exporter maintainers <glusterfs-exporter@example.org>"
    CACHE STRING "who made the package: NAME <ADDRESS>")
set(PACKAGE_NAME glusterfs-exporter)
set(PACKAGING ${CMAKE_CURRENT_LIST_DIR})
set(WRITTEN ${CMAKE_BINARY_DIR}/packaging)
set(DOC /usr/share/doc/${PACKAGE_NAME})
set(SHARE /usr/share/glusterfs_exporter)

# ---- what is written when it is built ---------------------------------------------------------------------------

# The same sources make the same package: it is as old as they are.
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 --format=%cD
                OUTPUT_VARIABLE PACKAGE_DATE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT PACKAGE_DATE)
  set(PACKAGE_DATE "Thu, 01 Jan 1970 00:00:00 +0000")
endif()
configure_file(${PACKAGING}/debian/changelog.in ${WRITTEN}/changelog.Debian @ONLY)

# compressed(<output> <command…>): what the command prints, gzipped, without a time.
function(compressed output depends)
  add_custom_command(OUTPUT ${output}
                     COMMAND ${ARGN} > ${output}.plain
                     COMMAND gzip -9nc ${output}.plain > ${output}
                     DEPENDS ${depends} VERBATIM)
endfunction()
compressed(${WRITTEN}/glusterfs_exporter.8.gz glusterfs_exporter $<TARGET_FILE:glusterfs_exporter> --help-man)
compressed(${WRITTEN}/changelog.gz ${CMAKE_SOURCE_DIR}/CHANGELOG.md cat ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
compressed(${WRITTEN}/changelog.Debian.gz ${WRITTEN}/changelog.Debian cat ${WRITTEN}/changelog.Debian)
add_custom_target(package_files ALL DEPENDS
                  ${WRITTEN}/glusterfs_exporter.8.gz ${WRITTEN}/changelog.gz ${WRITTEN}/changelog.Debian.gz)

# ---- where it goes; the program itself is installed by CMakeLists.txt ---------------------------------------------

install(FILES ${CMAKE_SOURCE_DIR}/config/glusterfs_exporter.yml DESTINATION /etc/glusterfs_exporter)
install(FILES ${PACKAGING}/debian/default DESTINATION /etc/default RENAME glusterfs_exporter)
install(FILES ${PACKAGING}/systemd/glusterfs_exporter.service ${PACKAGING}/systemd/glusterfs_exporter.socket
        DESTINATION /lib/systemd/system)
install(FILES ${WRITTEN}/glusterfs_exporter.8.gz DESTINATION /usr/share/man/man8)
file(GLOB ALERTS ${CMAKE_SOURCE_DIR}/alerts/*)
install(FILES ${ALERTS} DESTINATION ${SHARE}/alerts)
file(GLOB DASHBOARDS ${CMAKE_SOURCE_DIR}/dashboards/*.json)
install(FILES ${DASHBOARDS} ${CMAKE_SOURCE_DIR}/dashboards/README.md DESTINATION ${SHARE}/dashboards)
file(GLOB DOCS ${CMAKE_SOURCE_DIR}/docs/*.md)
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${PACKAGING}/debian/copyright ${WRITTEN}/changelog.gz
              ${WRITTEN}/changelog.Debian.gz DESTINATION ${DOC})
install(FILES ${DOCS} DESTINATION ${DOC}/docs)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/schema DESTINATION ${DOC}/docs)
file(GLOB EXAMPLES ${CMAKE_SOURCE_DIR}/config/*)
list(REMOVE_ITEM EXAMPLES ${CMAKE_SOURCE_DIR}/config/glusterfs_exporter.yml)
install(FILES ${EXAMPLES} DESTINATION ${DOC}/examples)

# ---- the package ------------------------------------------------------------------------------------------------

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)  # some of it goes elsewhere than /usr
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT ${GLUSTERFS_EXPORTER_MAINTAINER})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_NAME ${PACKAGE_NAME})
set(CPACK_DEBIAN_PACKAGE_RELEASE ${GLUSTERFS_EXPORTER_PACKAGE_REVISION})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# A hub needs no Gluster of its own.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "glusterfs-server, lvm2, prometheus")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Watches a GlusterFS cluster and serves what it sees to Prometheus, and to
people as a live page: volumes, bricks, peers, daemons, capacity, operations
and latencies, heal backlog, split-brain, quota, rebalance, snapshots,
geo-replication and bitrot.
.
One runs on each node. It changes nothing, takes no locks for what it asks
often, and answers at once however ill Gluster is. Alerts for Prometheus and
dashboards for Grafana are in /usr/share/glusterfs_exporter.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${PACKAGING}/debian/conffiles ${PACKAGING}/debian/postinst ${PACKAGING}/debian/prerm
    ${PACKAGING}/debian/postrm)
include(CPack)

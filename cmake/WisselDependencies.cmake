find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
find_package(gRPC REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)
find_package(Eigen3 REQUIRED NO_MODULE)
pkg_check_modules(CBC REQUIRED IMPORTED_TARGET cbc)
pkg_check_modules(CLP REQUIRED IMPORTED_TARGET clp)
pkg_check_modules(ICAL REQUIRED IMPORTED_TARGET libical)
pkg_check_modules(XLSXWRITER REQUIRED IMPORTED_TARGET xlsxwriter)
<<<<<<< HEAD
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
find_package(CURL REQUIRED)
=======
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(GLIB REQUIRED IMPORTED_TARGET glib-2.0)

# The library is Debian's own; its headers were taken out of a package that cannot stand beside this
# Boost (docs/decisions, on phone numbers). `./dev setup` puts them there.
find_path(PHONENUMBER_INCLUDE phonenumbers/phonenumberutil.h REQUIRED
          HINTS ${CMAKE_SOURCE_DIR}/build/tools/usr/include)
find_library(PHONENUMBER_LIBRARY NAMES libphonenumber.so.8 REQUIRED)
add_library(PhoneNumber::PhoneNumber UNKNOWN IMPORTED)
set_target_properties(PhoneNumber::PhoneNumber PROPERTIES
  IMPORTED_LOCATION ${PHONENUMBER_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${PHONENUMBER_INCLUDE})
>>>>>>> contacts

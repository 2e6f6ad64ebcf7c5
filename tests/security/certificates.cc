#include "tests/security/certificates.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace wissel::security_testing {

Certificates::Certificates(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
}

Certificates::~Certificates() { std::filesystem::remove_all(folder_); }

void Certificates::Run(const std::string& arguments) const {
  const std::string command =
      fmt::format("cd '{}' && openssl {} >openssl.log 2>&1", folder_.string(), arguments);
  ASSERT_EQ(std::system(command.c_str()), 0) << command << "\n"
                                             << TextOf((folder_ / "openssl.log").string());
}

Pair Certificates::MakeCa(const std::string& name) {
  Run(
      fmt::format("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 "
                  "-subj '/CN={0}' -keyout {0}.key -out {0}.pem",
                  name));
  return {(folder_ / (name + ".pem")).string(), (folder_ / (name + ".key")).string()};
}

Pair Certificates::Make(const std::string& name, const Pair& ca, int days) {
  std::ofstream((folder_ / (name + ".ext")).string()) << "subjectAltName=IP:127.0.0.1\n";
  Run(
      fmt::format("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN={0}' "
                  "-keyout {0}.key -out {0}.csr",
                  name));
  Run(
      fmt::format("x509 -req -in {0}.csr -CA '{1}' -CAkey '{2}' -CAcreateserial -days {3} "
                  "-extfile {0}.ext -out {0}.pem",
                  name, ca.certificate, ca.key, days));
  const std::string key = (folder_ / (name + ".key")).string();
  ::chmod(key.c_str(), 0600);
  return {(folder_ / (name + ".pem")).string(), key};
}

std::string TextOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace wissel::security_testing

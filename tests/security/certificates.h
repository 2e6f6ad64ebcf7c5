// Certificates for tests, made by the openssl command in a folder of the test's own.
#pragma once

#include <filesystem>
#include <string>

namespace wissel::security_testing {

// A certificate and its key, as PEM files.
struct Pair {
  std::string certificate;
  std::string key;
};

class Certificates {
 public:
  explicit Certificates(std::filesystem::path folder);
  ~Certificates();

  Pair MakeCa(const std::string& name);
  // Signed by `ca`, for the address 127.0.0.1. `days` below zero: ended before it began to be used.
  Pair Make(const std::string& name, const Pair& ca, int days = 30);

  std::string folder() const { return folder_.string(); }

 private:
  void Run(const std::string& arguments) const;

  std::filesystem::path folder_;
};

std::string TextOf(const std::string& path);

}  // namespace wissel::security_testing

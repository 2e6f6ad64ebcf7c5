// `wissel erase`: erases a person, in the data folder of a server that is down, or through one that
// runs.
#pragma once

#include <string>

namespace wissel::contacts_command {

struct EraseOptions {
  std::string data;    // empty: ask the server
  std::string server;  // HOST:PORT of its gRPC door
  std::string token;   // of an admin
  // One of the three says whom.
  std::string customer;  // "customers/ID", or ID
  std::string phone;     // with its country
  std::string mail;
  bool json = false;
};

// Prints what went and returns the exit code: 0 done, 1 failed, 2 nobody is named.
int RunErase(const EraseOptions& options);

}  // namespace wissel::contacts_command

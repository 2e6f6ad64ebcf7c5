// `wissel serve`: a center with its doors open, until SIGTERM or SIGINT.
#pragma once

#include <string>

namespace wissel::server {

struct ServeOptions {
  std::string config;  // file; empty: the center as the journal has it
  // Each empty: what the file says, or its default.
  std::string data;
  std::string http;
  std::string grpc;
  std::string lmtp;  // "unix:PATH" too
  std::string sip;
  std::string journal;  // "postgres://...": shared with other servers; empty: in `data`
  std::string node;     // of this server among those; empty: the machine's name
  bool demo = false;
};

// Prints `ready http=HOST:PORT grpc=HOST:PORT` when the doors serve, with ` lmtp=HOST:PORT`
// and ` sip=HOST:PORT` behind it where those are open on a port. The exit code: 0 after a drain, 1
// when something failed, 2 for an address that is none, 75 when a server of a cell has lost its
// centers to others and is to be started again.
int Serve(const ServeOptions& options);

}  // namespace wissel::server

// TLS 1.2 or newer on the gRPC door: the server's certificate, and, where a client CA is named,
// mutual TLS (a client without a certificate of that CA does not get through the handshake).
//
// For grpc_door.cc and server/. Threads: gRPC's own read the files again as they change, so that a
// renewed certificate needs no restart. What is wrong with a file at the start is an error; a file
// that is broken later leaves what was read before in use.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "base/time.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace wissel::gateway {

// Paths of PEM files.
struct GrpcTls {
  std::string certificate;                  // with the intermediate ones behind it
  std::string key;                          // of the certificate; without a password
  std::string client_ca;                    // empty: clients need no certificate
  Duration reload = Duration::Seconds(30);  // looked at so often; at least 1 s
};

// FAILED_PRECONDITION names the file and what is wrong with it: it cannot be read, is no PEM, the
// key belongs to another certificate, the certificate has ended, others may read the key.
absl::Status CheckGrpcTls(const GrpcTls& tls);

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const GrpcTls& tls);

// Of a node that calls another one with the same certificates: it shows its own, and believes those
// of `client_ca` (empty: those that this machine believes).
std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(const GrpcTls& tls);

}  // namespace wissel::gateway

#include "gateway/grpc_tls.h"

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::gateway {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Certificate = std::unique_ptr<X509, FreeX509>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

absl::Status Wrong(const std::string& path, std::string_view why) {
  return absl::FailedPreconditionError(fmt::format("{} {}", path, why));
}

absl::StatusOr<Bio> OpenFile(const std::string& path) {
  Bio bio(BIO_new_file(path.c_str(), "r"));
  if (bio == nullptr) {
    return Wrong(path, fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  return bio;
}

absl::StatusOr<Certificate> ReadCertificate(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(const Bio bio, OpenFile(path));
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return Wrong(path, "holds no certificate (PEM)");
  if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) < 0) {
    return Wrong(path, "holds a certificate that has ended");
  }
  return certificate;
}

// A key with a password asks nobody: the server starts without people.
int NoPassword(char*, int, int, void*) { return 0; }

absl::StatusOr<Key> ReadKey(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(const Bio bio, OpenFile(path));
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || (info.st_mode & S_IRWXO) != 0) {
    return Wrong(path, "may be read by others; chmod o= it");
  }
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  if (key == nullptr) return Wrong(path, "holds no key (PEM, without a password)");
  return key;
}

}  // namespace

absl::Status CheckGrpcTls(const GrpcTls& tls) {
  WISSEL_ASSIGN_OR_RETURN(const Certificate certificate, ReadCertificate(tls.certificate));
  WISSEL_ASSIGN_OR_RETURN(const Key key, ReadKey(tls.key));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Wrong(tls.key, fmt::format("is not the key of the certificate in {}", tls.certificate));
  }
  if (tls.client_ca.empty()) return absl::OkStatus();
  return ReadCertificate(tls.client_ca).status();
}

namespace {

namespace experimental = grpc::experimental;

std::shared_ptr<experimental::FileWatcherCertificateProvider> WatchFiles(const GrpcTls& tls) {
  const auto seconds = static_cast<unsigned>(std::max<int64_t>(1, tls.reload.millis() / 1000));
  return std::make_shared<experimental::FileWatcherCertificateProvider>(tls.key, tls.certificate,
                                                                        tls.client_ca, seconds);
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const GrpcTls& tls) {
  experimental::TlsServerCredentialsOptions options(WatchFiles(tls));
  options.watch_identity_key_cert_pairs();
  if (!tls.client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(const GrpcTls& tls) {
  experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(WatchFiles(tls));
  options.watch_identity_key_cert_pairs();
  if (!tls.client_ca.empty()) options.watch_root_certs();
  return experimental::TlsCredentials(options);
}

}  // namespace wissel::gateway

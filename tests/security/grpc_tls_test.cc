// TLS and mutual TLS on the gRPC door: real certificates, a real client.
#include <grpcpp/create_channel.h>
#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "fmt/format.h"
#include "gateway/grpc_door.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway_support/test_world.h"
#include "tests/security/certificates.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::gateway {
namespace {

namespace fs = std::filesystem;
using security_testing::Certificates;
using security_testing::Pair;
using security_testing::TextOf;
using ::testing::HasSubstr;

class GrpcTlsDoor : public ::testing::Test {
 protected:
  void Open(GrpcTls tls) {
    tls.reload = Duration::Seconds(1);
    auto door = GrpcDoor::Open({.tls = std::move(tls)}, world_.methods(), world_.authenticate());
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
  }

  absl::Status Refusal(GrpcTls tls) {
    return GrpcDoor::Open({.tls = std::move(tls)}, world_.methods(), world_.authenticate())
        .status();
  }

  // Every call on a connection of its own.
  grpc::StatusCode Call(const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                        const std::string& token = TokenOf(rpc::Role::kAgent)) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto stub = v1::WorkService::NewStub(grpc::CreateCustomChannel(
        fmt::format("127.0.0.1:{}", door_->port()), credentials, arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    v1::GetWorkItemRequest request;
    request.set_name("workItems/7");
    v1::WorkItem item;
    return stub->GetWorkItem(&context, request, &item).error_code();
  }

  static std::shared_ptr<grpc::ChannelCredentials> Trusting(const Pair& ca) {
    return grpc::SslCredentials({.pem_root_certs = TextOf(ca.certificate)});
  }
  static std::shared_ptr<grpc::ChannelCredentials> With(const Pair& ca, const Pair& own) {
    return grpc::SslCredentials({.pem_root_certs = TextOf(ca.certificate),
                                 .pem_private_key = TextOf(own.key),
                                 .pem_cert_chain = TextOf(own.certificate)});
  }

  Certificates made_{fs::path(::testing::TempDir()) /
                     fmt::format("wissel_tls_{}",
                                 ::testing::UnitTest::GetInstance()->current_test_info()->name())};
  const Pair ca_ = made_.MakeCa("ca");
  const Pair server_ = made_.Make("server", ca_);
  TestWorld world_;
  std::unique_ptr<GrpcDoor> door_;
};

TEST_F(GrpcTlsDoor, TalksTlsAlone) {
  Open({.certificate = server_.certificate, .key = server_.key});
  EXPECT_EQ(Call(Trusting(ca_)), grpc::StatusCode::OK);
  EXPECT_EQ(Call(Trusting(ca_), ""), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Call(grpc::InsecureChannelCredentials()), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(Trusting(made_.MakeCa("other"))), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GrpcTlsDoor, LetsNobodyInWithoutACertificateOfItsCa) {
  const Pair clients = made_.MakeCa("clients");
  const Pair strangers = made_.MakeCa("strangers");
  Open({.certificate = server_.certificate, .key = server_.key, .client_ca = clients.certificate});
  EXPECT_EQ(Call(Trusting(ca_)), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(With(ca_, made_.Make("stranger", strangers))), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(With(ca_, made_.Make("late", clients, -1))), grpc::StatusCode::UNAVAILABLE);
  // The server's own certificate is of another CA than its clients'.
  EXPECT_EQ(Call(With(ca_, server_)), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.GetWorkItem"), 0);
  const auto right = With(ca_, made_.Make("client", clients));
  EXPECT_EQ(Call(right), grpc::StatusCode::OK);
  // A certificate is no token.
  EXPECT_EQ(Call(right, ""), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Call(right, "forged"), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(GrpcTlsDoor, TakesRenewedFilesWithoutARestart) {
  const Pair next_ca = made_.MakeCa("next");
  const Pair next = made_.Make("renewed", next_ca);
  Open({.certificate = server_.certificate, .key = server_.key, .client_ca = ca_.certificate});
  const auto before = With(ca_, made_.Make("client", ca_));
  const auto after = With(next_ca, made_.Make("next_client", next_ca));
  EXPECT_EQ(Call(before), grpc::StatusCode::OK);
  EXPECT_EQ(Call(after), grpc::StatusCode::UNAVAILABLE);
  fs::rename(next.key, server_.key);
  fs::rename(next.certificate, server_.certificate);
  fs::copy_file(next_ca.certificate, ca_.certificate, fs::copy_options::overwrite_existing);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  grpc::StatusCode code = grpc::StatusCode::UNAVAILABLE;
  while (code != grpc::StatusCode::OK && std::chrono::steady_clock::now() < give_up) {
    code = Call(after);
  }
  EXPECT_EQ(code, grpc::StatusCode::OK);
  EXPECT_EQ(Call(before), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GrpcTlsDoor, SaysWhichFileIsWrong) {
  const auto why = [this](const std::string& certificate, const std::string& key,
                          const std::string& client_ca = "") {
    const absl::Status status =
        Refusal({.certificate = certificate, .key = key, .client_ca = client_ca});
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    return std::string(status.message());
  };
  const Pair other = made_.Make("other", ca_);
  const Pair late = made_.Make("late", ca_, -1);
  const std::string junk = made_.folder() + "/junk.pem";
  std::ofstream(junk) << "no certificate";
  ::chmod(junk.c_str(), 0600);
  EXPECT_THAT(why(made_.folder() + "/none.pem", server_.key), HasSubstr("none.pem cannot be read"));
  EXPECT_THAT(why(junk, server_.key), HasSubstr("junk.pem holds no certificate"));
  EXPECT_THAT(why(server_.certificate, junk), HasSubstr("junk.pem holds no key"));
  EXPECT_THAT(why(server_.certificate, other.key), HasSubstr("is not the key of the certificate"));
  EXPECT_THAT(why(late.certificate, late.key), HasSubstr("has ended"));
  EXPECT_THAT(why(server_.certificate, server_.key, junk), HasSubstr("holds no certificate"));
  ::chmod(server_.key.c_str(), 0644);
  EXPECT_THAT(why(server_.certificate, server_.key), HasSubstr("may be read by others"));
}

}  // namespace
}  // namespace wissel::gateway

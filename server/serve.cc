#include "server/serve.h"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "base/runtime/log.h"
#include "base/status.h"
#include "channels/email/transport/lmtp_server.h"
#include "fmt/format.h"
#include "gateway/grpc_door.h"
#include "gateway/http_door.h"
#include "gateway/sign_in/auth_service.h"
#include "gateway/sign_in/tokens.h"
#include "gateway/sign_in/users.h"
#include "gateway/static_files.h"
#include "server/address.h"
#include "server/applied_config.h"
#include "server/center.h"
#include "server/config/apply.h"
#include "server/config/config_file.h"
#include "server/voice_setup.h"

namespace wissel::server {
namespace {

// How long calls under way may take once the server is asked to end.
constexpr Duration kDrain = Duration::Seconds(5);

Duration FromProto(const google::protobuf::Duration& d) {
  return Duration::Millis(d.seconds() * 1000 + d.nanos() / 1'000'000);
}

// Signals are taken by the main thread alone, with sigwait; every other thread inherits the mask.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// A server between its file and its doors.
class Server {
 public:
  explicit Server(const ServeOptions& options) : options_(options) {}

  absl::Status ReadConfig();
  absl::Status OpenCenter();
  absl::Status ApplyConfig();
  absl::Status OpenDoors();
  absl::Status OpenLmtp();
  void AnnounceReady() const;
  void Drain();

 private:
  const config::ServerSection& section() const { return config_.file.server(); }
  std::string Chosen(const std::string& flag, const std::string& file,
                     const std::string& otherwise) const;
  std::filesystem::path BesideConfig(const std::string& path) const;
  absl::Status LoadPages();
  std::optional<std::string> FindCustomerPages() const;
  std::vector<sign_in::DemoUser> DemoUsers() const;

  const ServeOptions& options_;
  config::LoadedConfig config_;
  std::string data_;
  Address http_address_;
  Address grpc_address_;
  Address lmtp_address_;
  std::optional<Address> sip_address_;
  // In the order of their making.
  std::unique_ptr<sign_in::Users> users_;
  std::unique_ptr<sign_in::Tokens> tokens_;
  std::optional<gateway::StaticFiles> pages_;
  std::unique_ptr<Center> center_;
  std::unique_ptr<sign_in::AuthService> auth_;
  std::unique_ptr<gateway::GrpcDoor> grpc_;
  std::unique_ptr<gateway::HttpDoor> http_;
  std::unique_ptr<email::LmtpServer> lmtp_;
};

std::string Server::Chosen(const std::string& flag, const std::string& file,
                           const std::string& otherwise) const {
  if (!flag.empty()) return flag;
  return file.empty() ? otherwise : file;
}

std::filesystem::path Server::BesideConfig(const std::string& path) const {
  return std::filesystem::path(options_.config).parent_path() / path;
}

absl::Status Server::ReadConfig() {
  if (!options_.config.empty()) {
    WISSEL_ASSIGN_OR_RETURN(config_, config::LoadConfigFile(options_.config));
    if (!config_.problems.empty()) return absl::FailedPreconditionError(config_.ProblemText());
  }
  const std::string file_data =
      section().data().empty() ? "" : BesideConfig(section().data()).lexically_normal().string();
  data_ = Chosen(options_.data, file_data, "data");
  WISSEL_ASSIGN_OR_RETURN(http_address_,
                          ParseAddress(Chosen(options_.http, section().http(), "127.0.0.1:8080")));
  WISSEL_ASSIGN_OR_RETURN(grpc_address_,
                          ParseAddress(Chosen(options_.grpc, section().grpc(), "127.0.0.1:8081")));
  if (const std::string sip = Chosen(options_.sip, section().sip(), ""); !sip.empty()) {
    WISSEL_ASSIGN_OR_RETURN(sip_address_, ParseAddress(sip));
  }
  if (options_.demo && (!http_address_.IsLoopback() || !grpc_address_.IsLoopback())) {
    return absl::FailedPreconditionError(
        "a demonstration has well-known passwords and serves loopback addresses alone, for example "
        "127.0.0.1:8080");
  }
  return absl::OkStatus();
}

absl::Status Server::OpenCenter() {
  std::error_code error;
  std::filesystem::create_directories(data_, error);
  if (error) {
    return absl::FailedPreconditionError(
        fmt::format("cannot make the folder {}: {}", data_, error.message()));
  }
  WISSEL_ASSIGN_OR_RETURN(users_, sign_in::Users::Open(data_));
  WISSEL_ASSIGN_OR_RETURN(tokens_, sign_in::Tokens::Open(data_, options_.demo));
  WISSEL_RETURN_IF_ERROR(LoadPages());
  CenterOptions options;
  options.data = data_;
  options.version = WISSEL_VERSION;
  if (section().has_lease()) options.lease = FromProto(section().lease());
  if (section().has_chat_grace()) options.chat_grace = FromProto(section().chat_grace());
  WISSEL_ASSIGN_OR_RETURN(
      options.mail, ReadMailSection(config_.file.mail(),
                                    std::filesystem::path(options_.config).parent_path().string()));
  if (sip_address_) {
    WISSEL_ASSIGN_OR_RETURN(
        options.voice,
        ReadVoiceSection(config_.file, *sip_address_,
                         std::filesystem::path(options_.config).parent_path().string()));
  }
  if (!config_.file.events().source().empty()) {
    options.event_source = config_.file.events().source();
  }
  const config::WebhooksSection& webhooks = config_.file.webhooks();
  options.webhooks.allow_private_addresses = webhooks.allow_private_addresses();
  if (!webhooks.retry_delays().empty()) options.webhooks.delays.clear();
  for (const auto& delay : webhooks.retry_delays()) {
    options.webhooks.delays.push_back(FromProto(delay));
  }
  options.region = section().region();
  options.forms.assign(config_.file.forms().begin(), config_.file.forms().end());
  const config::TrackingSection& tracking = config_.file.tracking();
  if (!tracking.follow_up_queue().empty()) {
    options.follow_up_queue = config::LastPart(tracking.follow_up_queue());
  }
  if (tracking.has_low_score()) options.low_score = tracking.low_score();
  options.time_zone = config_.file.center().time_zone();
  options.customer_pages = FindCustomerPages();
  WISSEL_ASSIGN_OR_RETURN(center_, Center::Open(options));
  center_->Start();
  return absl::OkStatus();
}

std::optional<std::string> Server::FindCustomerPages() const {
  if (section().customer_pages().empty()) return std::nullopt;
  const std::filesystem::path folder = BesideConfig(section().customer_pages());
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return folder.string();
  Log(LogLevel::kWarning, "there are no pages for customers to serve",
      {{"folder", folder.lexically_normal().string()}});
  return std::nullopt;
}

absl::Status Server::LoadPages() {
  if (section().web().empty()) return absl::OkStatus();
  const std::filesystem::path folder = BesideConfig(section().web());
  auto pages = gateway::StaticFiles::Load(folder);
  if (pages.ok()) {
    pages_ = *std::move(pages);
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(pages.status())) return pages.status();
  Log(LogLevel::kWarning, "there are no web pages to serve",
      {{"folder", folder.lexically_normal().string()}});
  return absl::OkStatus();
}

absl::Status Server::ApplyConfig() {
  if (options_.config.empty() || !config_.file.has_center()) return absl::OkStatus();
  if (AppliedConfig(data_) == config_.sha256) return absl::OkStatus();
  config::Apply(config_, center_->methods(), center_->shard());
  if (!config_.problems.empty()) return absl::FailedPreconditionError(config_.ProblemText());
  Log(LogLevel::kInfo, "the configuration file was applied", {{"file", options_.config}});
  return RememberAppliedConfig(data_, config_.sha256);
}

std::vector<sign_in::DemoUser> Server::DemoUsers() const {
  std::vector<sign_in::DemoUser> users;
  if (!options_.demo) return users;
  for (const auto& entry : config_.file.demo().users()) {
    sign_in::DemoUser demo;
    demo.user.name = entry.user();
    demo.user.display_name = entry.display_name();
    demo.user.agent = entry.agent();
    for (int role : entry.roles()) {
      // Bits of the set in the order of the contract's numbers.
      demo.user.roles.Add(static_cast<rpc::Role>(1 << (role - 1)));
    }
    demo.password = entry.password();
    users.push_back(std::move(demo));
  }
  return users;
}

absl::Status Server::OpenDoors() {
  sign_in::AuthOptions auth;
  auth.center = center_->shard().directory()->center.display_name;
  auth.demo_users = DemoUsers();
  auth_ = std::make_unique<sign_in::AuthService>(std::move(auth), *users_, *tokens_);
  auth_->Register(&center_->methods());
  const rpc::Authenticate authenticate = [tokens = tokens_.get()](std::string_view token) {
    return tokens->Verify(token);
  };
  gateway::GrpcDoorOptions grpc;
  grpc.host = grpc_address_.host;
  grpc.port = grpc_address_.port;
  WISSEL_ASSIGN_OR_RETURN(grpc_, gateway::GrpcDoor::Open(grpc, center_->methods(), authenticate));
  gateway::HttpDoorOptions http;
  http.host = http_address_.host;
  http.port = http_address_.port;
  gateway::HttpContent content;
  content.methods = &center_->methods();
  content.authenticate = authenticate;
  content.pages = pages_ ? &*pages_ : nullptr;
  content.ready = [center = center_.get()] { return center->Ready(); };
  content.metrics = [center = center_.get()] { return center->MetricsText(); };
  content.documents = {{"/shifts/", ".ics", "wissel.v1.DayService.GetShiftCalendar",
                        "text/calendar; charset=utf-8"}};
  content.embedding = {
      "/chat",
      "/widget.js",
      {config_.file.chat().embed_origins().begin(), config_.file.chat().embed_origins().end()}};
  content.written_pages = {{"/form/", "wissel.v1.FormService.ShowForm"},
                           {"/track/", "wissel.v1.TrackingService.ShowTracking"}};
  WISSEL_ASSIGN_OR_RETURN(http_, gateway::HttpDoor::Open(http, std::move(content)));
  if (sip_address_) {
    WISSEL_ASSIGN_OR_RETURN(sip_address_->port, center_->TakeCalls());
  }
  return OpenLmtp();
}

absl::Status Server::OpenLmtp() {
  const std::string where = Chosen(options_.lmtp, section().lmtp(), "");
  if (where.empty()) return absl::OkStatus();
  constexpr std::string_view kUnix = "unix:";
  email::LmtpServerOptions lmtp;
  if (where.starts_with(kUnix)) {
    lmtp.path = BesideConfig(where.substr(kUnix.size())).string();
  } else {
    WISSEL_ASSIGN_OR_RETURN(lmtp_address_, ParseAddress(where));
    lmtp.host = lmtp_address_.host;
    lmtp.port = lmtp_address_.port;
  }
  const auto& domain = config_.file.mail().domain();
  if (!domain.empty()) lmtp.name = domain;
  if (config_.file.mail().most_mib() > 0) {
    lmtp.limits.mail = static_cast<size_t>(config_.file.mail().most_mib()) << 20;
  }
  email::MailChannel* mail = &center_->mail();
  WISSEL_ASSIGN_OR_RETURN(
      lmtp_, email::LmtpServer::Open(
                 std::move(lmtp), [mail](std::string_view address) { return mail->Knows(address); },
                 [mail](email::LmtpMail delivered, email::LmtpServer::Done done) {
                   mail->Deliver(std::move(delivered), std::move(done));
                 }));
  return absl::OkStatus();
}

void Server::AnnounceReady() const {
  fmt::print("ready http={} grpc={}", Address{http_address_.host, http_->port()}.Text(),
             Address{grpc_address_.host, grpc_->port()}.Text());
  if (lmtp_ != nullptr && lmtp_->port() != 0) {
    fmt::print(" lmtp={}", Address{lmtp_address_.host, lmtp_->port()}.Text());
  }
  if (sip_address_) fmt::print(" sip={}", sip_address_->Text());
  fmt::print("\n");
  std::fflush(stdout);
}

void Server::Drain() {
  if (lmtp_ != nullptr) lmtp_->Stop(kDrain);
  http_->Stop(kDrain);
  grpc_->Stop(kDrain);
  center_->Stop();
}

int Fail(const absl::Status& status) {
  std::string text(status.message());
  if (!text.empty() && text.back() == '\n') text.pop_back();
  fmt::print(stderr, "wissel serve: {}\n", text);
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace

int Serve(const ServeOptions& options) {
  const sigset_t signals = BlockSignals();
  Server server(options);
  for (auto step :
       {&Server::ReadConfig, &Server::OpenCenter, &Server::ApplyConfig, &Server::OpenDoors}) {
    if (absl::Status status = (server.*step)(); !status.ok()) return Fail(status);
  }
  server.AnnounceReady();
  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kInfo, "draining", {{"signal", signal}});
  server.Drain();
  return 0;
}

}  // namespace wissel::server

#include "server/serve.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "absl/status/statusor.h"
#include "base/runtime/log.h"
#include "base/status.h"
#include "channels/email/transport/lmtp_server.h"
#include "fmt/format.h"
#include "gateway/admission.h"
#include "gateway/grpc_door.h"
#include "gateway/http_door.h"
#include "gateway/sign_in/auth_service.h"
#include "gateway/sign_in/ended_sessions.h"
#include "gateway/sign_in/tokens.h"
#include "gateway/sign_in/users.h"
#include "gateway/static_files.h"
#include "server/address.h"
#include "server/applied_config.h"
#include "server/center.h"
#include "server/config/apply.h"
#include "server/config/config_file.h"
#include "server/lifeline.h"
#include "server/membership.h"
#include "server/scope/confined_methods.h"
#include "server/security_setup.h"
#include "server/voice_setup.h"

namespace wissel::server {
namespace {

// How long calls under way may take once the server is asked to end.
constexpr Duration kDrain = Duration::Seconds(5);

Duration FromProto(const google::protobuf::Duration& d) {
  return Duration::Millis(d.seconds() * 1000 + d.nanos() / 1'000'000);
}

std::string HostName() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
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
  // Where the stores are in this machine's folder, or its turn has come among several servers. With
  // OK and no turn, the server is to end.
  absl::Status OpenStores(const sigset_t& signals);
  bool ends() const { return ends_; }
  absl::Status OpenCenter();
  absl::Status ApplyConfig();
  absl::Status OpenDoors();
  absl::Status OpenLmtp();
  void AnnounceReady();
  // The exit code.
  int Drain();

 private:
  const config::ServerSection& section() const { return config_.file.server(); }
  std::string Chosen(const std::string& flag, const std::string& file,
                     const std::string& otherwise) const;
  std::string ConfigFolder() const {
    return std::filesystem::path(options_.config).parent_path().string();
  }
  std::filesystem::path BesideConfig(const std::string& path) const;
  absl::Status OpenSignIn();
  absl::Status RegisterSignIn();
  sql::Stores UnfencedStores() const;
  void AnnounceStandby();
  absl::Status LoadPages();
  std::optional<std::string> FindCustomerPages() const;
  std::vector<sign_in::DemoUser> DemoUsers() const;

  const ServeOptions& options_;
  config::LoadedConfig config_;
  std::string data_;
  std::string journal_;
  bool ends_ = false;
  Address http_address_;
  Address grpc_address_;
  Address lmtp_address_;
  std::optional<Address> sip_address_;
  // In the order of their making.
  std::unique_ptr<Membership> membership_;  // of several servers
  sql::Stores stores_ = std::nullopt;
  std::unique_ptr<sign_in::Users> users_;
  std::unique_ptr<sign_in::EndedSessions> ended_;
  std::unique_ptr<sign_in::Tokens> tokens_;
  std::unique_ptr<sign_in::SecurityEvents> events_;
  std::optional<gateway::StaticFiles> pages_;
  gateway::Admission admission_;
  std::optional<gateway::RateLimit> rate_limit_;
  std::unique_ptr<Center> center_;
  std::unique_ptr<sign_in::AuthService> auth_;
  std::unique_ptr<oidc::OidcService> oidc_;
  rpc::MethodTable methods_;  // what the doors serve, over the center's
  std::unique_ptr<gateway::GrpcDoor> grpc_;
  std::unique_ptr<gateway::HttpDoor> http_;
  std::unique_ptr<email::LmtpServer> lmtp_;
  std::unique_ptr<Lifeline> lifeline_;
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
  journal_ = Chosen(options_.journal, section().journal(), "");
  if (!journal_.empty() && !IsPostgresUrl(journal_)) {
    return RefuseField("journal", fmt::format("\"{}\" is no address of a journal", journal_),
                       "postgres://HOST/DATABASE");
  }
  if (options_.demo && (!http_address_.IsLoopback() || !grpc_address_.IsLoopback())) {
    return absl::FailedPreconditionError(
        "a demonstration has well-known passwords and serves loopback addresses alone, for example "
        "127.0.0.1:8080");
  }
  return absl::OkStatus();
}

absl::Status Server::OpenStores(const sigset_t& signals) {
  std::error_code error;
  std::filesystem::create_directories(data_, error);
  if (error) {
    return absl::FailedPreconditionError(
        fmt::format("cannot make the folder {}: {}", data_, error.message()));
  }
  stores_ = data_;
  if (journal_.empty()) return absl::OkStatus();
  WISSEL_ASSIGN_OR_RETURN(
      membership_, Membership::Open({.url = journal_,
                                     .tenant = "main",
                                     .node = Chosen(options_.node, section().node(), HostName()),
                                     .address = grpc_address_.Text(),
                                     .data = data_,
                                     .version = WISSEL_VERSION}));
  bool said = false;
  const bool turn = membership_->AwaitTurn([&] {
    if (!said && !membership_->serving().empty()) {
      said = true;
      AnnounceStandby();
    }
    const timespec now{};
    return sigtimedwait(&signals, nullptr, &now) < 0;
  });
  if (!turn) {
    ends_ = true;
    membership_->Leave();
    return absl::OkStatus();
  }
  stores_ = membership_->stores();
  return absl::OkStatus();
}

absl::Status Server::OpenSignIn() {
  const sign_in::WallClock clock = [membership = membership_.get()] {
    return membership != nullptr ? membership->now() : sign_in::SystemWallClock();
  };
  WISSEL_ASSIGN_OR_RETURN(users_, sign_in::Users::Open(UnfencedStores()));
  WISSEL_ASSIGN_OR_RETURN(ended_, sign_in::EndedSessions::Open(UnfencedStores(), clock()));
  WISSEL_ASSIGN_OR_RETURN(events_, sign_in::SecurityEvents::Open(UnfencedStores(), clock));
  if (membership_ == nullptr) {
    WISSEL_ASSIGN_OR_RETURN(tokens_,
                            sign_in::Tokens::Open(data_, options_.demo, clock, ended_.get()));
    return absl::OkStatus();
  }
  WISSEL_ASSIGN_OR_RETURN(std::string key, membership_->TokenKey());
  WISSEL_ASSIGN_OR_RETURN(
      tokens_, sign_in::Tokens::WithKey(std::move(key), options_.demo, clock, ended_.get(), ""));
  return absl::OkStatus();
}

// A command that adds a user writes there too.
sql::Stores Server::UnfencedStores() const {
  return membership_ == nullptr ? stores_ : StoresAt(membership_->journal_address());
}

absl::Status Server::OpenCenter() {
  WISSEL_RETURN_IF_ERROR(OpenSignIn());
  WISSEL_RETURN_IF_ERROR(LoadPages());
  CenterOptions options;
  options.stores = stores_;
  if (membership_ != nullptr) {
    options.journal_address = membership_->journal_address();
    options.epoch = membership_->epoch();
    options.standby = [membership = membership_.get()] { return membership->TakeEngine(); };
    options.time.wall = [membership = membership_.get()] { return membership->now(); };
  }
  options.version = WISSEL_VERSION;
  options.waited = [this](auto delay) { admission_.Waited(delay); };
  if (section().has_lease()) options.lease = FromProto(section().lease());
  const config::ChatSection& chat = config_.file.chat();
  if (chat.has_largest_file_mib()) {
    options.chat_largest_file = int64_t{chat.largest_file_mib()} << 20;
  }
  if (section().has_chat_grace()) options.chat_grace = FromProto(section().chat_grace());
  WISSEL_ASSIGN_OR_RETURN(options.mail, ReadMailSection(config_.file.mail(), ConfigFolder()));
  if (sip_address_) {
    WISSEL_ASSIGN_OR_RETURN(options.voice,
                            ReadVoiceSection(config_.file, *sip_address_, ConfigFolder()));
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
  options.fact_sheets.assign(config_.file.fact_sheets().begin(), config_.file.fact_sheets().end());
  const config::TrackingSection& tracking = config_.file.tracking();
  if (!tracking.follow_up_queue().empty()) {
    options.follow_up_queue = config::LastPart(tracking.follow_up_queue());
  }
  if (tracking.has_low_score()) options.low_score = tracking.low_score();
  for (int notice : tracking.notices()) {
    options.notices.push_back(static_cast<v1::Tracking::Notice>(notice));
  }
  if (tracking.has_notice_delay()) options.notice_delay = FromProto(tracking.notice_delay());
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
  WISSEL_ASSIGN_OR_RETURN(const std::string applied, membership_ == nullptr
                                                         ? AppliedConfig(data_)
                                                         : membership_->AppliedConfig());
  if (applied == config_.sha256) return absl::OkStatus();
  config::Apply(config_, center_->methods(), center_->shard());
  if (!config_.problems.empty()) return absl::FailedPreconditionError(config_.ProblemText());
  Log(LogLevel::kInfo, "the configuration file was applied", {{"file", options_.config}});
  return membership_ == nullptr ? RememberAppliedConfig(data_, config_.sha256)
                                : membership_->RememberAppliedConfig(config_.sha256);
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

absl::Status Server::RegisterSignIn() {
  sign_in::AuthOptions auth;
  auth.center = center_->shard().directory()->center.display_name;
  auth.demo_users = DemoUsers();
  auth.events = events_.get();
  WISSEL_ASSIGN_OR_RETURN(auto oidc, ReadOidcSection(config_.file, ConfigFolder()));
  if (oidc) {
    auth.provider = oidc->display_name;
    auth.provider_only = !oidc->local_users;
    oidc->events = events_.get();
    oidc_ = std::make_unique<oidc::OidcService>(*std::move(oidc), *users_, *tokens_);
    oidc_->Register(&center_->methods());
  }
  auth_ = std::make_unique<sign_in::AuthService>(std::move(auth), *users_, *tokens_, *ended_);
  auth_->Register(&center_->methods());
  events_->Register(&center_->methods());
  return absl::OkStatus();
}

absl::Status Server::OpenDoors() {
  WISSEL_RETURN_IF_ERROR(RegisterSignIn());
  methods_ = scope::ConfinedMethods(center_->methods(), center_->shard());
  const rpc::Authenticate authenticate = [tokens = tokens_.get()](std::string_view token) {
    return tokens->Verify(token);
  };
  gateway::GrpcDoorOptions grpc = ReadGrpcDoor(config_.file, ConfigFolder());
  if (!grpc.tls && !grpc_address_.IsLoopback()) {
    Log(LogLevel::kWarning, "the gRPC door is open to others without TLS",
        {{"address", grpc_address_.Text()}, {"right", "security.grpc_tls"}});
  }
  grpc.host = grpc_address_.host;
  grpc.port = grpc_address_.port;
  const auto answered = [center = center_.get()](absl::StatusCode code) {
    center->CountAnswer(code);
  };
  grpc.answered = answered;
  const auto token_refused = [events = events_.get()](std::string_view peer) {
    events->Note(v1::SecurityEvent::TOKEN_REFUSED, "", peer);
  };
  grpc.token_refused = token_refused;
  grpc.admission = &admission_;
  rate_limit_.emplace(ReadRateLimits(config_.file), std::random_device()());
  grpc.rate_limit = &*rate_limit_;
  WISSEL_ASSIGN_OR_RETURN(grpc_, gateway::GrpcDoor::Open(grpc, methods_, authenticate));
  gateway::HttpDoorOptions http;
  http.host = http_address_.host;
  http.port = http_address_.port;
  gateway::HttpContent content;
  content.methods = &methods_;
  content.authenticate = authenticate;
  content.pages = pages_ ? &*pages_ : nullptr;
  content.ready = [this] {
    if (membership_ != nullptr) WISSEL_RETURN_IF_ERROR(membership_->Ready());
    return center_->Ready();
  };
  content.metrics = [this] {
    return center_->MetricsText() + admission_.MetricsText() + rate_limit_->MetricsText();
  };
  content.answered = answered;
  content.token_refused = token_refused;
  content.admission = &admission_;
  content.rate_limit = &*rate_limit_;
  content.documents = {{"/shifts/", ".ics", "wissel.v1.DayService.GetShiftCalendar",
                        "text/calendar; charset=utf-8"}};
  content.embedding = {
      "/chat",
      "/widget.js",
      {config_.file.chat().embed_origins().begin(), config_.file.chat().embed_origins().end()}};
  content.written_pages = {{"/signin/", "wissel.v1.AuthService.ShowProviderSignIn"},
                           {"/form/", "wissel.v1.FormService.ShowForm"},
                           {"/track/", "wissel.v1.TrackingService.ShowTracking"},
                           {"/unsubscribe/", "wissel.v1.MailingService.ShowUnsubscribe",
                            /*any_form=*/true}};
  content.public_url = config_.file.security().public_url();
  content.trusted_proxies = {config_.file.security().trusted_proxies().begin(),
                             config_.file.security().trusted_proxies().end()};
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

void Server::AnnounceReady() {
  lifeline_ = std::make_unique<Lifeline>(*center_, *http_);
  fmt::print("ready http={} grpc={}", Address{http_address_.host, http_->port()}.Text(),
             Address{grpc_address_.host, grpc_->port()}.Text());
  if (lmtp_ != nullptr && lmtp_->port() != 0) {
    fmt::print(" lmtp={}", Address{lmtp_address_.host, lmtp_->port()}.Text());
  }
  if (sip_address_) fmt::print(" sip={}", sip_address_->Text());
  fmt::print("\n");
  std::fflush(stdout);
}

void Server::AnnounceStandby() {
  systemd::ThisServiceManager().Ready(fmt::format("stands by; {} serves", membership_->serving()));
  fmt::print("standby node={}\n", membership_->serving());
  std::fflush(stdout);
}

int Server::Drain() {
  lifeline_.reset();
  if (lmtp_ != nullptr) lmtp_->Stop(kDrain);
  http_->Stop(kDrain);
  grpc_->Stop(kDrain);
  center_->Stop();
  if (membership_ == nullptr) return 0;
  const bool moved = membership_->moved();
  membership_->Leave();
  return moved ? kStartAgain : 0;
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
  if (absl::Status status = server.ReadConfig(); !status.ok()) return Fail(status);
  if (absl::Status status = server.OpenStores(signals); !status.ok()) return Fail(status);
  if (server.ends()) return 0;
  for (auto step : {&Server::OpenCenter, &Server::ApplyConfig, &Server::OpenDoors}) {
    if (absl::Status status = (server.*step)(); !status.ok()) return Fail(status);
  }
  server.AnnounceReady();
  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kInfo, "draining", {{"signal", signal}});
  return server.Drain();
}

}  // namespace wissel::server

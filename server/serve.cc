#include "server/serve.h"

#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>

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
#include "gateway/static_files.h"
#include "gateway/tracing/exporter.h"
#include "gateway/tracing/traced_methods.h"
#include "server/applied_config.h"
#include "server/cell/cell.h"
#include "server/center/center_setup.h"
#include "server/center/hosted_center.h"
#include "server/center/security_setup.h"
#include "server/config/apply.h"
#include "server/config/config_file.h"
#include "server/lifeline.h"

namespace wissel::server {
namespace {

// How long calls under way may take once the server is asked to end.
constexpr Duration kDrain = Duration::Seconds(5);
constexpr int kRoomForRecipients = 64 << 10;  // bytes, beside a mail

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

// A server between its file and its doors: with the one center in this machine's folder, or as a
// part of a cell.
class Server {
 public:
  explicit Server(const ServeOptions& options) : options_(options) {}

  absl::Status ReadConfig();
  absl::Status OpenCenter();
  absl::Status OpenDoors();
  absl::Status OpenLmtp();
  size_t LargestMail() const;
  absl::Status JoinCell();
  void AnnounceReady();
  int Drain();

 private:
  const config::ServerSection& section() const { return config_.file.server(); }
  std::string Chosen(const std::string& flag, const std::string& file,
                     const std::string& otherwise) const;
  std::string ConfigFolder() const {
    return std::filesystem::path(options_.config).parent_path().string();
  }
  std::filesystem::path BesideConfig(const std::string& path) const;
  absl::Status MakeDataFolder() const;
  absl::Status OpenOnlyCenter(const CenterPlace& place);
  absl::Status ApplyConfig(Center& center);
  absl::Status OpenCell(const CenterPlace& place);
  const rpc::MethodTable& TraceMethods(const rpc::MethodTable& methods);
  absl::Status OpenGrpc(const rpc::MethodTable& methods, const rpc::Authenticate& authenticate);
  gateway::HttpContent HttpContents(const rpc::MethodTable& methods,
                                    const rpc::Authenticate& authenticate);
  void TokenRefused(std::string_view peer);
  absl::Status Ready() const;
  std::string StatusText() const;
  std::string MetricsText() const;
  absl::Status LoadPages();
  std::optional<std::string> FindCustomerPages() const;
  std::string PeerAddress() const;

  const ServeOptions& options_;
  config::LoadedConfig config_;
  std::string data_;
  std::string journal_;
  Address http_address_;
  Address grpc_address_;
  Address lmtp_address_;
  std::optional<Address> sip_address_;
  // In the order of their making.
  std::optional<gateway::StaticFiles> pages_;
  gateway::Admission admission_;
  std::optional<gateway::RateLimit> rate_limit_;
  std::unique_ptr<tracing::Exporter> traces_;  // none: nobody asked for any
  std::unique_ptr<HostedCenter> hosted_;       // one of the two
  std::unique_ptr<Cell> cell_;
  rpc::MethodTable traced_;  // over theirs
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

absl::Status Server::MakeDataFolder() const {
  std::error_code error;
  std::filesystem::create_directories(data_, error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("cannot make the folder {}: {}", data_, error.message()));
}

absl::Status Server::OpenCenter() {
  WISSEL_RETURN_IF_ERROR(MakeDataFolder());
  WISSEL_RETURN_IF_ERROR(LoadPages());
  const CenterPlace place{ConfigFolder(), FindCustomerPages(), sip_address_};
  return journal_.empty() ? OpenOnlyCenter(place) : OpenCell(place);
}

absl::Status Server::OpenOnlyCenter(const CenterPlace& place) {
  HostedOptions options;
  WISSEL_ASSIGN_OR_RETURN(options.center, ReadCenterOptions(config_.file, place));
  options.center.stores = data_;
  options.center.waited = [this](auto delay) { admission_.Waited(delay); };
  options.users = data_;
  options.demo = options_.demo;
  options.demo_users = ReadDemoUsers(config_.file);
  WISSEL_ASSIGN_OR_RETURN(options.oidc, ReadOidcSection(config_.file, ConfigFolder()));
  options.configure = [this](Center& center) { return ApplyConfig(center); };
  WISSEL_ASSIGN_OR_RETURN(hosted_, HostedCenter::Open(std::move(options)));
  return absl::OkStatus();
}

absl::Status Server::OpenCell(const CenterPlace& place) {
  CellOptions options;
  options.url = journal_;
  options.node = Chosen(options_.node, section().node(), HostName());
  options.data = data_;
  options.version = WISSEL_VERSION;
  options.demo = options_.demo;
  options.place = place;
  options.tls = ReadGrpcDoor(config_.file, ConfigFolder()).tls;
  options.waited = [this](auto delay) { admission_.Waited(delay); };
  if (config_.file.has_center()) options.main_config = config_.text;
  WISSEL_ASSIGN_OR_RETURN(cell_, Cell::Open(std::move(options)));
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

absl::Status Server::ApplyConfig(Center& center) {
  if (options_.config.empty() || !config_.file.has_center()) return absl::OkStatus();
  if (AppliedConfig(data_) == config_.sha256) return absl::OkStatus();
  config::Apply(config_, center.methods(), center.shard());
  if (!config_.problems.empty()) return absl::FailedPreconditionError(config_.ProblemText());
  Log(LogLevel::kInfo, "the configuration file was applied", {{"file", options_.config}});
  return RememberAppliedConfig(data_, config_.sha256);
}

const rpc::MethodTable& Server::TraceMethods(const rpc::MethodTable& methods) {
  const config::TracingSection& tracing = config_.file.tracing();
  if (tracing.otlp_endpoint().empty()) return methods;
  traces_ = std::make_unique<tracing::Exporter>(tracing::ExporterOptions{
      tracing.otlp_endpoint(),
      {WISSEL_VERSION,
       cell_ == nullptr ? "" : Chosen(options_.node, section().node(), HostName())}});
  traced_ = tracing::TracedMethods(
      methods, {tracing.sample(),
                [traces = traces_.get()](tracing::Span span) { traces->Add(std::move(span)); }});
  return traced_;
}

absl::Status Server::OpenDoors() {
  const rpc::MethodTable& methods =
      TraceMethods(cell_ != nullptr ? cell_->methods() : hosted_->methods());
  const rpc::Authenticate authenticate = [this](std::string_view token) {
    return cell_ != nullptr ? cell_->Authenticate(token) : hosted_->Verify(token);
  };
  rate_limit_.emplace(ReadRateLimits(config_.file), std::random_device()());
  WISSEL_RETURN_IF_ERROR(OpenGrpc(methods, authenticate));
  gateway::HttpDoorOptions http;
  http.host = http_address_.host;
  http.port = http_address_.port;
  WISSEL_ASSIGN_OR_RETURN(http_,
                          gateway::HttpDoor::Open(http, HttpContents(methods, authenticate)));
  if (hosted_ != nullptr && sip_address_) {
    WISSEL_ASSIGN_OR_RETURN(sip_address_->port, hosted_->center().TakeCalls());
  }
  return OpenLmtp();
}

absl::Status Server::OpenGrpc(const rpc::MethodTable& methods,
                              const rpc::Authenticate& authenticate) {
  gateway::GrpcDoorOptions grpc = ReadGrpcDoor(config_.file, ConfigFolder());
  if (!grpc.tls && !grpc_address_.IsLoopback()) {
    Log(LogLevel::kWarning, "the gRPC door is open to others without TLS",
        {{"address", grpc_address_.Text()}, {"right", "security.grpc_tls"}});
  }
  grpc.host = grpc_address_.host;
  grpc.port = grpc_address_.port;
  grpc.token_refused = [this](std::string_view peer) { TokenRefused(peer); };
  grpc.admission = &admission_;
  grpc.rate_limit = &*rate_limit_;
  if (cell_ != nullptr) {
    grpc.peer_key = cell_->peer_key();
    // What comes to one server's LMTP door is passed on to another as one message.
    grpc.max_message_bytes =
        std::max(grpc.max_message_bytes, static_cast<int>(LargestMail()) + kRoomForRecipients);
  } else {
    grpc.answered = [this](absl::StatusCode code) { hosted_->center().CountAnswer(code); };
  }
  WISSEL_ASSIGN_OR_RETURN(grpc_, gateway::GrpcDoor::Open(grpc, methods, authenticate));
  return absl::OkStatus();
}

gateway::HttpContent Server::HttpContents(const rpc::MethodTable& methods,
                                          const rpc::Authenticate& authenticate) {
  gateway::HttpContent content;
  content.methods = &methods;
  content.authenticate = authenticate;
  content.pages = pages_ ? &*pages_ : nullptr;
  content.ready = [this] { return Ready(); };
  content.metrics = [this] { return MetricsText(); };
  if (hosted_ != nullptr) {
    content.answered = [this](absl::StatusCode code) { hosted_->center().CountAnswer(code); };
  }
  content.token_refused = [this](std::string_view peer) { TokenRefused(peer); };
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
  return content;
}

void Server::TokenRefused(std::string_view peer) {
  if (cell_ != nullptr) return cell_->TokenRefused(peer);
  hosted_->TokenRefused(peer);
}

absl::Status Server::Ready() const {
  return cell_ != nullptr ? cell_->Ready() : hosted_->center().Ready();
}

std::string Server::StatusText() const {
  if (cell_ != nullptr) return cell_->StatusText();
  const absl::Status ready = hosted_->center().Ready();
  return ready.ok() ? "serves" : std::string(ready.message());
}

std::string Server::MetricsText() const {
  return (cell_ != nullptr ? cell_->MetricsText() : hosted_->center().MetricsText()) +
         admission_.MetricsText() + rate_limit_->MetricsText() +
         (traces_ == nullptr ? "" : traces_->MetricsText());
}

// Once the doors are open, so that their ports are known.
absl::Status Server::JoinCell() {
  return cell_ == nullptr ? absl::OkStatus() : cell_->Join(PeerAddress());
}

std::string Server::PeerAddress() const {
  if (!section().peer_address().empty()) return section().peer_address();
  const bool everywhere = grpc_address_.host == "0.0.0.0" || grpc_address_.host == "::";
  return Address{everywhere ? HostName() : grpc_address_.host, grpc_->port()}.Text();
}

size_t Server::LargestMail() const {
  const auto mib = static_cast<size_t>(config_.file.mail().most_mib());
  return mib > 0 ? mib << 20 : email::LmtpLimits().mail;
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
  lmtp.limits.mail = LargestMail();
  if (cell_ != nullptr) {
    const PostOffice& post = cell_->post_office();
    lmtp.undecided = [&post](std::string_view) { return post.MayKnowMore(); };
    WISSEL_ASSIGN_OR_RETURN(
        lmtp_,
        email::LmtpServer::Open(
            std::move(lmtp), [&post](std::string_view address) { return post.Knows(address); },
            [&post](email::LmtpMail delivered, email::LmtpServer::Done done) {
              post.Deliver(std::move(delivered), std::move(done));
            }));
    return absl::OkStatus();
  }
  email::MailChannel* mail = &hosted_->center().mail();
  WISSEL_ASSIGN_OR_RETURN(
      lmtp_, email::LmtpServer::Open(
                 std::move(lmtp), [mail](std::string_view address) { return mail->Knows(address); },
                 [mail](email::LmtpMail delivered, email::LmtpServer::Done done) {
                   mail->Deliver(std::move(delivered), std::move(done));
                 }));
  return absl::OkStatus();
}

void Server::AnnounceReady() {
  std::vector<systemd::Watchdog::Part> parts;
  parts.emplace_back([this](std::function<void()> answered) {
    if (cell_ != nullptr) return cell_->ComeRound(std::move(answered));
    hosted_->center().shard().Read([answered = std::move(answered)](const Engine&) { answered(); });
  });
  parts.emplace_back(
      [this](std::function<void()> answered) { http_->ComeRound(std::move(answered)); });
  lifeline_ = std::make_unique<Lifeline>(std::move(parts), [this] { return StatusText(); });
  fmt::print("ready http={} grpc={}", Address{http_address_.host, http_->port()}.Text(),
             Address{grpc_address_.host, grpc_->port()}.Text());
  if (lmtp_ != nullptr && lmtp_->port() != 0) {
    fmt::print(" lmtp={}", Address{lmtp_address_.host, lmtp_->port()}.Text());
  }
  if (sip_address_) fmt::print(" sip={}", sip_address_->Text());
  fmt::print("\n");
  std::fflush(stdout);
}

// Of a cell, the centers go first: what comes meanwhile is led on to who serves them then.
int Server::Drain() {
  lifeline_.reset();
  if (cell_ != nullptr) cell_->Leave();
  if (lmtp_ != nullptr) lmtp_->Stop(kDrain);
  http_->Stop(kDrain);
  grpc_->Stop(kDrain);
  if (hosted_ != nullptr) hosted_->Stop();
  return 0;
}

int Fail(const absl::Status& status) {
  std::string text(status.message());
  if (!text.empty() && text.back() == '\n') text.pop_back();
  fmt::print(stderr, "wissel serve: {}\n", text);
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace

int Serve(const ServeOptions& options) {
  // What it writes is nothing for others of this machine.
  ::umask(::umask(0) | S_IRWXO);
  const sigset_t signals = BlockSignals();
  Server server(options);
  if (absl::Status status = server.ReadConfig(); !status.ok()) return Fail(status);
  for (auto step : {&Server::OpenCenter, &Server::OpenDoors, &Server::JoinCell}) {
    if (absl::Status status = (server.*step)(); !status.ok()) return Fail(status);
  }
  server.AnnounceReady();
  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kInfo, "draining", {{"signal", signal}});
  return server.Drain();
}

}  // namespace wissel::server

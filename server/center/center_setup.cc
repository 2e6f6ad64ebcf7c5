#include "server/center/center_setup.h"

#include <utility>

#include "base/status.h"
#include "server/center/voice_setup.h"
#include "server/config/apply.h"

namespace wissel::server {
namespace {

Duration FromProto(const google::protobuf::Duration& d) {
  return Duration::Millis(d.seconds() * 1000 + d.nanos() / 1'000'000);
}

void ReadChat(const config::ConfigFile& file, CenterOptions& options) {
  const config::ChatSection& chat = file.chat();
  if (chat.has_largest_file_mib()) {
    options.chat_largest_file = int64_t{chat.largest_file_mib()} << 20;
  }
  if (file.server().has_chat_grace()) options.chat_grace = FromProto(file.server().chat_grace());
}

void ReadIntegration(const config::ConfigFile& file, CenterOptions& options) {
  if (!file.events().source().empty()) options.event_source = file.events().source();
  const config::WebhooksSection& webhooks = file.webhooks();
  options.webhooks.allow_private_addresses = webhooks.allow_private_addresses();
  if (!webhooks.retry_delays().empty()) options.webhooks.delays.clear();
  for (const auto& delay : webhooks.retry_delays()) {
    options.webhooks.delays.push_back(FromProto(delay));
  }
}

void ReadTracking(const config::TrackingSection& tracking, CenterOptions& options) {
  if (!tracking.follow_up_queue().empty()) {
    options.follow_up_queue = config::LastPart(tracking.follow_up_queue());
  }
  if (tracking.has_low_score()) options.low_score = tracking.low_score();
  for (int notice : tracking.notices()) {
    options.notices.push_back(static_cast<v1::Tracking::Notice>(notice));
  }
  if (tracking.has_notice_delay()) options.notice_delay = FromProto(tracking.notice_delay());
}

}  // namespace

absl::StatusOr<CenterOptions> ReadCenterOptions(const config::ConfigFile& file,
                                                const CenterPlace& here) {
  CenterOptions options;
  options.version = WISSEL_VERSION;
  if (file.server().has_lease()) options.lease = FromProto(file.server().lease());
  ReadChat(file, options);
  WISSEL_ASSIGN_OR_RETURN(options.mail, ReadMailSection(file.mail(), here.config_folder));
  if (here.sip) {
    WISSEL_ASSIGN_OR_RETURN(options.voice, ReadVoiceSection(file, *here.sip, here.config_folder));
  }
  ReadIntegration(file, options);
  options.region = file.server().region();
  options.forms.assign(file.forms().begin(), file.forms().end());
  options.fact_sheets.assign(file.fact_sheets().begin(), file.fact_sheets().end());
  ReadTracking(file.tracking(), options);
  options.time_zone = file.center().time_zone();
  options.customer_pages = here.customer_pages;
  return options;
}

std::vector<sign_in::DemoUser> ReadDemoUsers(const config::ConfigFile& file) {
  std::vector<sign_in::DemoUser> users;
  for (const auto& entry : file.demo().users()) {
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

absl::Status TryInMemory(config::LoadedConfig& config) {
  CenterOptions options;
  options.version = WISSEL_VERSION;
  WISSEL_ASSIGN_OR_RETURN(auto center, Center::Open(options));
  center->Start();
  config::Apply(config, center->methods(), center->shard());
  center->Stop();
  return absl::OkStatus();
}

}  // namespace wissel::server

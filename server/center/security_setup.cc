#include "server/center/security_setup.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace wissel::server {
namespace {

std::string Beside(const std::string& folder, const std::string& path) {
  return path.empty() ? path : (std::filesystem::path(folder) / path).lexically_normal().string();
}

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  struct stat info {};
  std::ifstream in(path);
  std::string secret;
  if (::stat(path.c_str(), &info) != 0 || !std::getline(in, secret) || secret.empty()) {
    return absl::FailedPreconditionError(fmt::format("{} holds no secret", path));
  }
  if ((info.st_mode & S_IRWXO) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("{} may be read by others; chmod o= it", path));
  }
  return secret;
}

void Choose(const std::string& given, std::string* chosen) {
  if (!given.empty()) *chosen = given;
}

}  // namespace

gateway::GrpcDoorOptions ReadGrpcDoor(const config::ConfigFile& file, const std::string& folder) {
  gateway::GrpcDoorOptions options;
  if (!file.security().has_grpc_tls()) return options;
  const config::GrpcTlsSection& tls = file.security().grpc_tls();
  options.tls = {.certificate = Beside(folder, tls.certificate()),
                 .key = Beside(folder, tls.key()),
                 .client_ca = Beside(folder, tls.client_ca())};
  return options;
}

gateway::RateLimits ReadRateLimits(const config::ConfigFile& file) {
  gateway::RateLimits limits;
  const config::RateLimitsSection& section = file.security().rate_limits();
  if (section.has_per_caller()) limits.per_caller = section.per_caller();
  if (section.has_per_address()) limits.per_address = section.per_address();
  if (section.has_burst()) limits.burst_seconds = section.burst();
  return limits;
}

absl::StatusOr<std::optional<oidc::OidcOptions>> ReadOidcSection(const config::ConfigFile& file,
                                                                 const std::string& folder) {
  if (!file.has_oidc()) return std::optional<oidc::OidcOptions>();
  const config::OidcSection& section = file.oidc();
  oidc::OidcOptions options;
  oidc::ProviderOptions& provider = options.provider;
  provider.issuer = section.issuer();
  provider.client_id = section.client_id();
  WISSEL_ASSIGN_OR_RETURN(provider.client_secret,
                          ReadSecret(Beside(folder, section.client_secret_file())));
  provider.redirect_uri = file.security().public_url() + "/signin/callback";
  if (!section.scopes().empty()) {
    provider.scope = fmt::format("openid {}", fmt::join(section.scopes(), " "));
  }
  provider.ca_file = Beside(folder, section.ca_file());
  options.display_name = section.display_name().empty() ? section.issuer() : section.display_name();
  Choose(section.user_claim(), &options.claims.user);
  Choose(section.display_name_claim(), &options.claims.display_name);
  Choose(section.groups_claim(), &options.claims.groups);
  Choose(section.agent_claim(), &options.claims.agent);
  for (const config::OidcSection::Group& group : section.groups()) {
    for (int role : group.roles()) {
      // Bits of the set in the order of the contract's numbers.
      options.groups[group.name()].roles.Add(static_cast<rpc::Role>(1 << (role - 1)));
    }
    oidc::Grant& grant = options.groups[group.name()];
    grant.teams.assign(group.teams().begin(), group.teams().end());
    grant.queues.assign(group.queues().begin(), group.queues().end());
  }
  options.local_users = !section.only();
  return std::optional<oidc::OidcOptions>(std::move(options));
}

}  // namespace wissel::server

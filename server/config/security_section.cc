#include "server/config/security_section.h"

#include <arpa/inet.h>

#include <string>

#include "fmt/format.h"
#include "server/config/chat_section.h"

namespace wissel::config {
namespace {

constexpr int kMostCalls = 1'000'000;

bool IsIpAddress(const std::string& text) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

void CheckOidc(LoadedConfig& config) {
  if (!config.file.has_oidc()) return;
  const OidcSection& oidc = config.file.oidc();
  const auto problem = [&config](const std::string& path, const std::string& what,
                                 const std::string& right) {
    config.problems.push_back(
        {config.lines.LineOf(path), fmt::format("{} {}", InFileWords(path), what), right});
  };
  const std::string& issuer = oidc.issuer();
  const bool local =
      issuer.starts_with("http://127.0.0.1:") || issuer.starts_with("http://localhost:");
  if ((!issuer.starts_with("https://") && !local) ||
      issuer.find_first_of(" ?#\r\n") != std::string::npos) {
    problem("oidc.issuer", "is no address of a provider",
            "write for example https://id.example.org");
  }
  if (oidc.client_id().empty()) problem("oidc.clientId", "is missing", "as the provider knows us");
  if (oidc.client_secret_file().empty()) {
    problem("oidc.clientSecretFile", "is missing", "a file that holds the client's secret");
  }
  if (config.file.security().public_url().empty()) {
    problem("oidc", "wants security.public_url", "where browsers reach this server");
  }
  if (oidc.groups().empty()) problem("oidc.groups", "lets nobody in", "name a group and its roles");
  for (int i = 0; i < oidc.groups_size(); ++i) {
    const OidcSection::Group& group = oidc.groups(i);
    const std::string path = fmt::format("oidc.groups[{}]", i);
    if (group.name().empty() || group.roles().empty()) {
      problem(path, "lacks its name or roles", "give both");
    }
    const auto names = [&](const auto& scopes, std::string_view prefix, std::string_view field) {
      for (const std::string& name : scopes) {
        if (name.starts_with(prefix) && name.size() > prefix.size()) continue;
        problem(fmt::format("{}.{}", path, field), fmt::format("\"{}\" is none", name),
                fmt::format("\"{}...\"", prefix));
      }
    };
    names(group.teams(), "teams/", "teams");
    names(group.queues(), "queues/", "queues");
    for (int role : group.roles()) {
      if (role != v1::AGENT || !oidc.agent_claim().empty()) continue;
      problem(path, "has the role AGENT, and no claim names the agent", "oidc.agent_claim");
    }
  }
}

}  // namespace

void CheckSecurity(LoadedConfig& config) {
  const SecuritySection& security = config.file.security();
  const auto problem = [&config](const std::string& path, const std::string& what,
                                 const std::string& right) {
    config.problems.push_back(
        {config.lines.LineOf(path), fmt::format("{} {}", InFileWords(path), what), right});
  };
  if (!security.public_url().empty() && !IsOrigin(security.public_url())) {
    problem("security.publicUrl", "is not the address of a site",
            "write for example https://contact.example.org, in lower case, without a path; http "
            "only for localhost");
  }
  for (int i = 0; i < security.trusted_proxies_size(); ++i) {
    if (IsIpAddress(security.trusted_proxies(i))) continue;
    problem(fmt::format("security.trustedProxies[{}]", i), "is no IP address",
            "write for example 10.0.0.7");
  }
  if (security.has_grpc_tls() &&
      (security.grpc_tls().certificate().empty() || security.grpc_tls().key().empty())) {
    problem("security.grpcTls", "lacks its certificate or key", "give both files");
  }
  const auto range = [&](std::string_view field, int value, int least, int most) {
    if (value >= least && value <= most) return;
    problem(fmt::format("security.rateLimits.{}", field), "is out of range",
            fmt::format("{} to {}", least, most));
  };
  const RateLimitsSection& limits = security.rate_limits();
  range("perCaller", limits.per_caller(), 0, kMostCalls);
  range("perAddress", limits.per_address(), 0, kMostCalls);
  if (limits.has_burst()) range("burst", limits.burst(), 1, 600);
  const TracingSection& tracing = config.file.tracing();
  const std::string& endpoint = tracing.otlp_endpoint();
  const bool web = endpoint.starts_with("http://") || endpoint.starts_with("https://");
  if (!endpoint.empty() &&
      (!web || endpoint.ends_with('/') || endpoint.find_first_of(" ?#\r\n") != std::string::npos)) {
    problem("tracing.otlpEndpoint", "is no address of a collector",
            "write for example http://127.0.0.1:4318, without a path");
  }
  if (!(tracing.sample() >= 0 && tracing.sample() <= 1)) {
    problem("tracing.sample", "is no share", "0 to 1");
  }
  CheckOidc(config);
}

}  // namespace wissel::config

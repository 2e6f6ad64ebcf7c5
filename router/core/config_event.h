// The events of configuration, hours, surges and notices. Part of event.h, which lists them among
// all others; include that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agents/core/agent.h"
#include "agents/core/capacity.h"
#include "base/time.h"
#include "router/core/config.h"
#include "router/core/ids.h"
#include "router/core/requirement.h"

namespace wissel {

struct CenterConfigured {
  CenterConfig config;
  static void Fields(auto&& self, auto&& f) { f(1, "config", self.config); }
};

// Created, or replaced by a newer version.
template <class IdType, class Config>
struct Configured {
  IdType id;
  Config config;
  static void Fields(auto&& self, auto&& f) {
    f(1, "id", self.id);
    f(2, "config", self.config);
  }
};
template <class IdType>
struct Deleted {
  IdType id;
  static void Fields(auto&& self, auto&& f) { f(1, "id", self.id); }
};
using SkillConfigured = Configured<SkillId, NamedConfig>;
using TeamConfigured = Configured<TeamId, NamedConfig>;
using PartnerConfigured = Configured<PartnerId, NamedConfig>;
using ProfileConfigured = Configured<ProfileId, RoutingProfile>;
using QueueConfigured = Configured<QueueId, QueueConfig>;
using AgentConfigured = Configured<AgentId, AgentConfig>;
using SkillDeleted = Deleted<SkillId>;
using TeamDeleted = Deleted<TeamId>;
using PartnerDeleted = Deleted<PartnerId>;
using ProfileDeleted = Deleted<ProfileId>;
using QueueDeleted = Deleted<QueueId>;
using AgentDeleted = Deleted<AgentId>;

// The events of so many changes follow, all of one command: together they are one version of the
// rules, numbered by the directory's revision after the last of them.
struct RulesApplied {
  uint64_t version = 0;
  uint32_t changes = 0;
  std::string note;                  // why, in words of who applied them
  std::optional<uint64_t> restores;  // the version that this brings back
  static void Fields(auto&& self, auto&& f) {
    f(1, "version", self.version);
    f(2, "changes", self.changes);
    f(3, "note", self.note);
    f(4, "restores", self.restores);
  }
};

// A requirement gets an id when it is first used; equal requirements share it. Forgotten when
// nothing uses it any more.
struct RequirementDefined {
  RequirementId id;
  Requirement requirement;
  static void Fields(auto&& self, auto&& f) {
    f(1, "id", self.id);
    f(2, "requirement", self.requirement);
  }
};
struct RequirementForgotten {
  RequirementId id;
  static void Fields(auto&& self, auto&& f) { f(1, "id", self.id); }
};

// The openings of a queue as far as they are worked out.
struct OpeningsSet {
  QueueId queue;
  std::vector<Opening> openings;  // in order, apart
  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "openings", self.openings);
  }
};
struct QueueOpened {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};
struct QueueClosed {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};

struct SurgeBegun {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};
struct SurgeEnded {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};

// Said to everyone who waits in the queue about the topic, until it is withdrawn or `until`.
struct Notice {
  std::optional<QueueId> queue;  // none: in every queue
  std::string topic;             // empty: about anything
  std::string text;
  std::optional<Instant> until;

  bool operator==(const Notice&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "topic", self.topic);
    f(3, "text", self.text);
    f(4, "until", self.until);
  }
};
struct NoticeGiven {
  NoticeId notice;
  Notice content;
  static void Fields(auto&& self, auto&& f) {
    f(1, "notice", self.notice);
    f(2, "content", self.content);
  }
};
struct NoticeWithdrawn {
  NoticeId notice;
  static void Fields(auto&& self, auto&& f) { f(1, "notice", self.notice); }
};

}  // namespace wissel

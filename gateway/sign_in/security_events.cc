#include "gateway/sign_in/security_events.h"

#include <algorithm>
#include <utility>

#include "base/rpc/peer_network.h"
#include "base/runtime/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/sign_in/private_store.h"
#include "google/protobuf/util/time_util.h"

namespace wissel::sign_in {
namespace {

using google::protobuf::util::TimeUtil;

constexpr char kSchema[] =
    "CREATE TABLE IF NOT EXISTS happened (minute INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " person TEXT NOT NULL, network TEXT NOT NULL, times INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " PRIMARY KEY (minute, kind, person, network)) STRICT";
constexpr int64_t kMinute = 60'000;
constexpr int64_t kMostRows = 10'000;
constexpr Duration kKept = Duration::Days(180);
// Of one minute; what is more is counted without saying for whom or from where.
constexpr size_t kMostOfAMinute = 100;
constexpr size_t kMostTasks = 64;
constexpr int kDefaultPage = 100;
constexpr int kLongestPage = 1'000;

}  // namespace

absl::StatusOr<std::unique_ptr<SecurityEvents>> SecurityEvents::Open(const sql::Stores& stores,
                                                                     WallClock clock) {
  const sql::Place place = stores.At("security_events");
  WISSEL_ASSIGN_OR_RETURN(sql::Database database, OpenPrivateStore(place, kSchema));
  std::unique_ptr<SecurityEvents> events(
      new SecurityEvents(place, std::move(database), std::move(clock)));
  events->thread_.Start([] { return std::nullopt; });
  return events;
}

SecurityEvents::SecurityEvents(sql::Place place, sql::Database database, WallClock clock)
    : place_(std::move(place)),
      clock_(std::move(clock)),
      database_(std::move(database)),
      thread_("security-events", kMostTasks) {}

SecurityEvents::~SecurityEvents() { thread_.Stop(); }

void SecurityEvents::Note(Kind kind, std::string_view user, std::string_view peer) {
  const Instant now = clock_();
  Key key{now.millis() / kMinute, kind, user, peer.empty() ? "" : rpc::NetworkOf(peer)};
  {
    std::lock_guard lock(mutex_);
    if (!seen_.empty() && std::get<0>(*seen_.begin()) != std::get<0>(key)) seen_.clear();
    if (seen_.size() >= kMostOfAMinute && !seen_.contains(key)) {
      key = {std::get<0>(key), kind, "", ""};
    }
    seen_.insert(key);
    Count& count = noted_[key];
    if (count.count++ == 0) count.first = now;
    count.last = now;
    if (noted_.size() > 1 || count.count > 1) return;  // somebody has asked already
  }
  thread_.Post([this] {
    const absl::Status written = Write();
    if (written.ok()) return;
    Log(LogLevel::kWarning, "security events cannot be kept",
        {{"store", place_.name()}, {"reason", std::string(written.message())}});
  });
}

absl::Status SecurityEvents::Write() {
  std::map<Key, Count> noted;
  {
    std::lock_guard lock(mutex_);
    noted.swap(noted_);
  }
  for (const auto& [key, count] : noted) {
    const auto& [minute, kind, person, network] = key;
    WISSEL_RETURN_IF_ERROR(database_.Do(
        "INSERT INTO happened (minute, kind, person, network, times, first_ms, last_ms)"
        " VALUES (?1, ?2, CAST(?3 AS TEXT), CAST(?4 AS TEXT), ?5, ?6, ?7)"
        " ON CONFLICT (minute, kind, person, network) DO UPDATE SET"
        " times = happened.times + excluded.times, last_ms = excluded.last_ms",
        minute, kind, person, network, count.count, count.first.millis(), count.last.millis()));
  }
  WISSEL_RETURN_IF_ERROR(database_.Do("DELETE FROM happened WHERE minute < ?1",
                                      (clock_() - kKept).millis() / kMinute));
  return database_.Do(
      "DELETE FROM happened WHERE minute <= (SELECT minute FROM happened"
      " ORDER BY minute DESC LIMIT 1 OFFSET ?1)",
      kMostRows);
}

absl::StatusOr<v1::ListSecurityEventsResponse> SecurityEvents::List(
    const v1::ListSecurityEventsRequest& request) {
  int64_t from = 0;
  if (!request.page_token().empty()) {
    const auto& token = request.page_token();
    if (token.size() > 6 ||
        !std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      return RefuseField("page_token", "this is no token of a page",
                         "next_page_token of an answer");
    }
    from = std::stoll(token);
  }
  if (request.page_size() < 0 || request.page_size() > kLongestPage) {
    return RefuseField("page_size", "out of range", fmt::format("1 to {}", kLongestPage));
  }
  const int64_t size = request.page_size() == 0 ? kDefaultPage : request.page_size();
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query rows,
      database_.Ask("SELECT kind, person, network, times, first_ms, last_ms FROM happened"
                    " ORDER BY minute DESC, last_ms DESC, kind, person, network LIMIT ?1 OFFSET ?2",
                    size + 1, from));
  v1::ListSecurityEventsResponse response;
  while (true) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, rows.Next());
    if (!more) return response;
    if (response.security_events_size() == size) break;
    v1::SecurityEvent* event = response.add_security_events();
    event->set_kind(static_cast<Kind>(rows.Number(0)));
    event->set_user(rows.Text(1));
    event->set_network(rows.Text(2));
    event->set_count(rows.Number(3));
    *event->mutable_first_time() = TimeUtil::MillisecondsToTimestamp(rows.Number(4));
    *event->mutable_last_time() = TimeUtil::MillisecondsToTimestamp(rows.Number(5));
  }
  response.set_next_page_token(std::to_string(from + size));
  return response;
}

void SecurityEvents::Register(rpc::MethodTable* methods) {
  methods->Unary<v1::ListSecurityEventsRequest, v1::ListSecurityEventsResponse>(
      "wissel.v1.AuditService.ListSecurityEvents", rpc::Access::Of({rpc::Role::kAdmin}),
      [this](const rpc::Context&, const v1::ListSecurityEventsRequest& request,
             rpc::Reply<v1::ListSecurityEventsResponse> reply) {
        absl::Status asked = thread_.Ask([this, request, reply] { reply(List(request)); });
        if (!asked.ok()) reply(std::move(asked));
      });
}

}  // namespace wissel::sign_in

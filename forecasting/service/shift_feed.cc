#include "forecasting/service/shift_feed.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/calendar/calendar.h"
#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/store/kept_feed.pb.h"
#include "google/protobuf/empty.pb.h"
#include "router/service/convert_basics.h"
#include "wissel/v1/day.pb.h"

namespace wissel::forecasting {
namespace {

using google::protobuf::Empty;
using kept::KeptFeed;
using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;

constexpr std::string_view kFeeds = "shiftFeeds";        // by agent
constexpr std::string_view kTokens = "shiftFeedTokens";  // by hash, in hexadecimal digits
constexpr size_t kTokenBytes = 16;
constexpr int kDaysBack = 28;
constexpr int kDaysAhead = 56;

struct Words {
  const char* shift;
  const char* breaks;
  const char* paid;
};
const std::map<std::string, Words>& Languages() {
  static const std::map<std::string, Words> kLanguages = {{"en", {"Shift", "Breaks", "paid"}},
                                                          {"nl", {"Dienst", "Pauzes", "betaald"}},
                                                          {"fr", {"Service", "Pauses", "payée"}},
                                                          {"de", {"Schicht", "Pausen", "bezahlt"}}};
  return kLanguages;
}

std::string NewToken() {
  unsigned char bytes[kTokenBytes];
  INVARIANT(RAND_bytes(bytes, sizeof(bytes)) == 1);
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(bytes), sizeof(bytes)));
}

std::string HashOf(std::string_view token) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  INVARIANT(EVP_Digest(token.data(), token.size(), digest, &size, EVP_sha256(), nullptr) == 1);
  return std::string(reinterpret_cast<const char*>(digest), size);
}
std::string HexOf(const std::string& hash) { return absl::BytesToHexString(hash); }

absl::Status Forget(PlanStore& store, const std::string& agent) {
  KeptFeed feed;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kFeeds, 0, agent}, &feed));
  if (!found) return absl::OkStatus();
  WISSEL_RETURN_IF_ERROR(store.DeletePart({kTokens, 0, HexOf(feed.token_hash())}));
  return store.DeletePart({kFeeds, 0, agent});
}

v1::ShiftFeed Shown(const KeptFeed& feed) {
  v1::ShiftFeed shown;
  shown.set_agent(feed.agent());
  shown.set_language(feed.language());
  WriteTimestamp(Instant::FromMillis(feed.create_ms()), shown.mutable_create_time());
  return shown;
}

absl::StatusOr<v1::ShiftFeed> Create(PlanStore& store, const std::string& agent,
                                     const std::string& language, Instant now) {
  const std::string token = NewToken();
  KeptFeed feed;
  feed.set_agent(agent);
  feed.set_token_hash(HashOf(token));
  feed.set_create_ms(now.millis());
  feed.set_language(language);
  const absl::Status kept = store.Transact([&]() -> absl::Status {
    WISSEL_RETURN_IF_ERROR(Forget(store, agent));
    KeptFeed owner;
    owner.set_agent(agent);
    WISSEL_RETURN_IF_ERROR(store.Put({kTokens, 0, HexOf(feed.token_hash())}, owner));
    return store.Put({kFeeds, 0, agent}, feed);
  });
  if (!kept.ok()) return kept;
  v1::ShiftFeed shown = Shown(feed);
  shown.set_path(fmt::format("/shifts/{}.ics", token));
  return shown;
}

absl::StatusOr<v1::ShiftFeed> Get(PlanStore& store, const std::string& agent) {
  KeptFeed feed;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kFeeds, 0, agent}, &feed));
  if (found) return Shown(feed);
  return Refuse(absl::StatusCode::kNotFound, "", "you have no calendar address",
                "CreateShiftFeed, which makes one");
}

std::string ClockText(Instant t, absl::TimeZone zone) {
  const absl::CivilMinute local = absl::ToCivilMinute(absl::FromUnixMillis(t.millis()), zone);
  return fmt::format("{:02}:{:02}", local.hour(), local.minute());
}

// "Breaks: 10:30–10:45 (paid), 12:30–13:00".
std::string Describe(const v1::Shift& shift, const Words& words, absl::TimeZone zone) {
  std::string text;
  for (const auto& pause : shift.breaks()) {
    text += text.empty() ? fmt::format("{}: ", words.breaks) : ", ";
    text += fmt::format("{}–{}", ClockText(InstantOf(pause.start_time()), zone),
                        ClockText(InstantOf(pause.end_time()), zone));
    if (pause.paid()) text += fmt::format(" ({})", words.paid);
  }
  return text;
}

// One for each day that has a shift, and for a second one on it: whatever schedule it comes from.
std::vector<calendar::Event> EventsOf(const std::vector<Published>& shifts, const KeptFeed& feed,
                                      const std::string& center, absl::TimeZone zone) {
  const auto found = Languages().find(feed.language());
  const Words& words = (found == Languages().end() ? Languages().begin() : found)->second;
  const std::string id = HexOf(HashOf(feed.agent())).substr(0, 16);
  std::map<absl::CivilDay, int> of_day;
  std::vector<calendar::Event> events;
  for (const Published& one : shifts) {
    const absl::CivilDay day = LocalDaysOf(one.shift, zone).first;
    calendar::Event& event = events.emplace_back();
    event.uid = fmt::format("{}-{}-{}@wissel", WriteDay(day), ++of_day[day], id);
    event.start = StartOf(one.shift);
    event.end = EndOf(one.shift);
    event.summary = center.empty() ? words.shift : fmt::format("{} · {}", words.shift, center);
    event.description = Describe(one.shift, words, zone);
  }
  return events;
}

// Numbers changes: what reads otherwise than it did last has one more. True: something does.
bool Tell(std::vector<calendar::Event>& events, KeptFeed& feed, Instant now) {
  std::map<std::string, KeptFeed::Told> before;
  for (const KeptFeed::Told& told : feed.told()) before[told.uid()] = told;
  const std::string old = feed.SerializeAsString();
  feed.clear_told();
  for (calendar::Event& event : events) {
    KeptFeed::Told& told = *feed.add_told();
    const std::string content = fmt::format("{} {} {}\n{}", event.start.millis(),
                                            event.end.millis(), event.summary, event.description);
    const auto found = before.find(event.uid);
    if (found != before.end()) told = found->second;
    if (found == before.end() || told.content() != content) {
      told.set_uid(event.uid);
      told.set_sequence(found == before.end() ? 0 : told.sequence() + 1);
      told.set_content(content);
      told.set_modified_ms(now.millis());
    }
    event.sequence = told.sequence();
    event.modified = Instant::FromMillis(told.modified_ms());
  }
  return feed.SerializeAsString() != old;
}

absl::StatusOr<v1::Calendar> Read(PlanStore& store, const std::string& token,
                                  const std::string& center, absl::TimeZone zone, Instant now) {
  KeptFeed owner, feed;
  WISSEL_ASSIGN_OR_RETURN(bool found, store.Get({kTokens, 0, HexOf(HashOf(token))}, &owner));
  if (found) {
    WISSEL_ASSIGN_OR_RETURN(found, store.Get({kFeeds, 0, owner.agent()}, &feed));
  }
  if (!found) {
    return Refuse(absl::StatusCode::kNotFound, "token", "there is no such calendar");
  }
  const absl::CivilDay today = absl::ToCivilDay(absl::FromUnixMillis(now.millis()), zone);
  WISSEL_ASSIGN_OR_RETURN(
      const auto shifts,
      PublishedShifts(store, feed.agent(), {today - kDaysBack, today + kDaysAhead}, zone));
  std::vector<calendar::Event> events = EventsOf(shifts, feed, center, zone);
  if (Tell(events, feed, now)) {
    WISSEL_RETURN_IF_ERROR(store.Put({kFeeds, 0, feed.agent()}, feed));
  }
  v1::Calendar calendar;
  calendar.set_content(calendar::WriteCalendar(center.empty() ? "Wissel" : center, events));
  return calendar;
}

absl::Status CheckIsAgent(const rpc::Caller& caller) {
  if (!caller.agent.empty()) return absl::OkStatus();
  return absl::PermissionDeniedError("you are not an agent of this center");
}

}  // namespace

void RegisterShiftFeeds(rpc::MethodTable& table, Office& office) {
  const Access agents = Access::Of({Role::kAgent});
  table.Unary<v1::CreateShiftFeedRequest, v1::ShiftFeed>(
      "wissel.v1.DayService.CreateShiftFeed", agents,
      [&office](const Context& context, const v1::CreateShiftFeedRequest& request,
                Reply<v1::ShiftFeed> reply) {
        if (auto may = CheckIsAgent(context.caller); !may.ok()) return reply(may);
        if (!request.language().empty() && !Languages().contains(request.language())) {
          return reply(
              RefuseField("language", "is none that calendars are written in", "en, nl, fr or de"));
        }
        office.Look(std::move(reply), [agent = context.caller.agent, language = request.language(),
                                       now = office.shard().now()](PlanStore& store) {
          return Create(store, agent, language.empty() ? "en" : language, now);
        });
      });
  table.Unary<v1::GetShiftFeedRequest, v1::ShiftFeed>(
      "wissel.v1.DayService.GetShiftFeed", agents,
      [&office](const Context& context, const v1::GetShiftFeedRequest&,
                Reply<v1::ShiftFeed> reply) {
        if (auto may = CheckIsAgent(context.caller); !may.ok()) return reply(may);
        office.Look(std::move(reply),
                    [agent = context.caller.agent](PlanStore& store) { return Get(store, agent); });
      });
  table.Unary<v1::DeleteShiftFeedRequest, Empty>(
      "wissel.v1.DayService.DeleteShiftFeed", agents,
      [&office](const Context& context, const v1::DeleteShiftFeedRequest& request,
                Reply<Empty> reply) {
        if (auto may = CheckIsAgent(context.caller); !may.ok()) return reply(may);
        office.Change(context, "DeleteShiftFeed", request, std::move(reply),
                      [agent = context.caller.agent](PlanStore& store) -> absl::StatusOr<Empty> {
                        WISSEL_RETURN_IF_ERROR(Get(store, agent).status());
                        WISSEL_RETURN_IF_ERROR(Forget(store, agent));
                        return Empty();
                      });
      });
  table.Unary<v1::GetShiftCalendarRequest, v1::Calendar>(
      "wissel.v1.DayService.GetShiftCalendar", Access::OpenToAll(),
      [&office](const Context&, const v1::GetShiftCalendarRequest& request,
                Reply<v1::Calendar> reply) {
        office.Look(std::move(reply),
                    [token = request.token(), center = office.directory()->center.display_name,
                     zone = office.zone(), now = office.shard().now()](PlanStore& store) {
                      return Read(store, token, center, zone, now);
                    });
      });
}

}  // namespace wissel::forecasting

#include "channels/tracking/tracking_page.h"

#include <algorithm>
#include <map>
#include <utility>

#include "channels/pages/page_answer.h"
#include "channels/tracking/rating.h"
#include "fmt/format.h"

namespace wissel::tracking {
namespace {

using v1::Tracking;

Instant InstantOf(const google::protobuf::Timestamp& time) {
  return Instant::FromMillis(time.seconds() * 1000 + time.nanos() / 1'000'000);
}

int64_t MinutesOf(const google::protobuf::Duration& duration) { return duration.seconds() / 60; }

const char* DoneKey(std::string_view done) {
  static const std::map<std::string_view, const char*> kKeys = {
      {"message", "track.doneMessage"}, {"cancel", "track.doneCancel"},
      {"pause", "track.donePause"},     {"resume", "track.doneResume"},
      {"rate", "track.doneRate"},       {"callback", "track.doneCallback"},
      {"notices", "track.doneNotices"}, {"noNumber", "track.noNumber"},
      {"refused", "track.doneRefused"}};
  const auto found = kKeys.find(done);
  return found == kKeys.end() ? nullptr : found->second;
}

pages::PageData Line(std::string text) { return pages::PageData{{{"TEXT", std::move(text)}}}; }

// What can be said about what comes next, one sentence a line.
void AddFacts(const pages::PageSet& pages, const TrackingView& view, pages::PageData& data) {
  const Tracking& t = view.tracking;
  const auto add = [&](std::string_view key, const pages::Arguments& arguments) {
    data.sections["FACTS"].push_back(Line(pages.Say(view.language, key, arguments)));
  };
  if (t.place() > 0) add("track.place", {{"place", t.place()}});
  if (t.has_estimated_wait()) {
    add("track.wait", {{"p50", MinutesOf(t.estimated_wait().p50())},
                       {"p80", MinutesOf(t.estimated_wait().p80())}});
  }
  if (t.has_promise_time()) add("track.promise", {{"time", InstantOf(t.promise_time())}});
  if (t.has_from_time()) add("track.from", {{"time", InstantOf(t.from_time())}});
  if (!t.service().empty()) add("track.service", {{"service", t.service()}});
}

// The name of its field in the form.
const char* NoticeKey(int notice) {
  switch (notice) {
    case Tracking::TAKEN_UP:
      return "noticeTakenUp";
    case Tracking::SET_ASIDE:
      return "noticeSetAside";
    case Tracking::ENDED:
      return "noticeEnded";
    default:
      return "noticePromiseMoved";
  }
}

void AddNotices(const pages::PageSet& pages, const TrackingView& view, pages::PageData& data) {
  const Tracking& t = view.tracking;
  if (!t.may_choose_notices()) return;
  pages::PageData& form = data.sections["NOTICES"].emplace_back();
  form.values = {{"ACTION", data.values["ACTION"]}};
  for (int notice = Tracking::TAKEN_UP; notice <= Tracking::Notice_MAX; ++notice) {
    pages::PageData& box = form.sections["BOXES"].emplace_back();
    box.values = {{"NAME", NoticeKey(notice)},
                  {"TEXT", pages.Say(view.language, fmt::format("track.{}", NoticeKey(notice)))}};
    box.Show("ON", std::ranges::find(t.notices(), notice) != t.notices().end());
  }
}

}  // namespace

const char* StageKey(Tracking::Stage stage) {
  switch (stage) {
    case Tracking::WAITS_FOR_HOURS:
      return "track.waitsForHours";
    case Tracking::SCHEDULED:
      return "track.scheduled";
    case Tracking::PAUSED:
      return "track.paused";
    case Tracking::IN_HAND:
      return "track.inHand";
    case Tracking::AWAITS_YOU:
      return "track.awaitsYou";
    case Tracking::ANSWERED:
      return "track.answered";
    case Tracking::CANCELLED:
      return "track.cancelled";
    case Tracking::EXPIRED:
      return "track.expired";
    default:
      return "track.received";
  }
}

std::vector<Tracking::Notice> NoticesIn(
    const google::protobuf::RepeatedPtrField<v1::PageField>& form) {
  std::vector<Tracking::Notice> chosen;
  for (int notice = Tracking::TAKEN_UP; notice <= Tracking::Notice_MAX; ++notice) {
    const bool on = pages::ValueOf(form, NoticeKey(notice)) == "on";
    if (on) chosen.push_back(static_cast<Tracking::Notice>(notice));
  }
  return chosen;
}

std::pair<std::string, std::string> StageMailText(const pages::PageSet& pages,
                                                  std::string_view language,
                                                  const StageNews& news) {
  const bool waits_again = news.news == Tracking::SET_ASIDE && news.stage == Tracking::RECEIVED;
  const char* key = news.news == Tracking::PROMISE_MOVED ? "track.mailPromiseMoved"
                    : waits_again                        ? "track.mailWaitsAgain"
                                                         : StageKey(news.stage);
  const std::string how = pages.Say(language, key);
  const pages::Arguments request = {{"reference", std::string(news.reference)}};
  std::string text = fmt::format("{}\n", pages.Say(language, "track.title", request));
  if (!news.about.empty()) text += fmt::format("{}\n", news.about);
  text += fmt::format("\n{}.\n", how);
  if (news.promise) {
    text += fmt::format("{}.\n", pages.Say(language, "track.promise", {{"time", *news.promise}}));
  }
  text += fmt::format("\n{}\n{}\n\n{}\n", pages.Say(language, "track.mailLink"), news.link,
                      news.center);
  return {pages.Say(language, "track.mailSubject",
                    {{"reference", std::string(news.reference)}, {"stage", how}}),
          text};
}

std::string TrackingPage(const pages::PageSet& pages, const TrackingView& view) {
  const Tracking& t = view.tracking;
  const std::string path = fmt::format("/track/{}", view.token);
  const std::string title = pages.Say(view.language, "track.title", {{"reference", t.reference()}});
  pages::PageData data = pages.Head(view.language, title, view.center, path);
  data.values["ACTION"] = fmt::format("{}?lang={}", path, view.language);
  data.values["REQUEST"] = std::string(view.request);
  data.values["SUBJECT"] = t.subject();
  data.values["STAGE"] = pages.Say(view.language, StageKey(t.stage()));
  data.values["SINCE"] =
      pages.Say(view.language, "track.since", {{"time", InstantOf(t.stage_time())}});
  data.values["RECEIVED"] =
      pages.Say(view.language, "track.receivedAt", {{"time", InstantOf(t.receive_time())}});
  if (const char* done = DoneKey(view.done)) {
    data.sections["DONE"].push_back(Line(pages.Say(view.language, done)));
  }
  AddFacts(pages, view, data);
  for (const v1::TrackingMessage& message : t.messages()) {
    pages::PageData& row = data.sections["MESSAGES"].emplace_back();
    row.values = {
        {"TEXT", message.text()},
        {"WHO", pages.Say(view.language, message.from_customer() ? "track.you" : "track.us")},
        {"TIME", pages.Say(view.language, "track.at", {{"time", InstantOf(message.time())}})}};
    row.Show("MINE", message.from_customer());
  }
  data.Show("ANY_MESSAGE", !t.messages().empty());
  data.Show("MAY_WRITE", t.may_write());
  for (int score = kLowestScore; t.may_rate() && score <= kHighestScore; ++score) {
    pages::PageData& choice = data.sections["SCORES"].emplace_back();
    choice.values["SCORE"] = std::to_string(score);
    choice.values["TEXT"] = pages.Say(view.language, fmt::format("track.score{}", score));
  }
  data.Show("MAY_RATE", t.may_rate());
  data.Show("MAY_ASK_CALLBACK", t.may_ask_callback());
  if (t.rating() > 0) {
    data.sections["RATED"].push_back(
        Line(pages.Say(view.language, "track.rated", {{"rating", int64_t{t.rating()}}})));
  }
  AddNotices(pages, view, data);
  data.Show("MAY_CANCEL", t.may_cancel());
  data.Show("MAY_PAUSE", t.may_pause());
  data.Show("MAY_RESUME", t.stage() == Tracking::PAUSED);
  return pages.Render("track", view.language, data);
}

}  // namespace wissel::tracking

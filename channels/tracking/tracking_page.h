// The page /track/{token}. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "channels/pages/page_set.h"
#include "wissel/v1/page.pb.h"
#include "wissel/v1/tracking.pb.h"

namespace wissel::tracking {

struct TrackingView {
  const v1::Tracking& tracking;
  std::string_view token;
  std::string_view language;
  std::string_view center;
  std::string_view request;  // of this showing: a message sent twice is taken once
  // What has just been done: "message", "cancel", "pause", "resume", "rate", "callback", "notices";
  // or "refused", "noNumber"; empty: nothing.
  std::string_view done;
};
// The key of the text that says it.
const char* StageKey(v1::Tracking::Stage stage);

// What is ticked in the page's form of notices.
std::vector<v1::Tracking::Notice> NoticesIn(
    const google::protobuf::RepeatedPtrField<v1::PageField>& form);

// What a customer is told by mail of another stage.
struct StageNews {
  v1::Tracking::Notice news;
  v1::Tracking::Stage stage;
  std::optional<Instant> promise;
  std::string_view reference;
  std::string_view about;  // the request's subject
  std::string_view center;
  std::string_view link;
};
// Its subject and its text, without markup.
std::pair<std::string, std::string> StageMailText(const pages::PageSet& pages,
                                                  std::string_view language, const StageNews& news);

std::string TrackingPage(const pages::PageSet& pages, const TrackingView& view);

}  // namespace wissel::tracking

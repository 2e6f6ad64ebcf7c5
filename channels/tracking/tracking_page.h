// The page /track/{token}. Pure.
#pragma once

#include <string>
#include <string_view>

#include "channels/pages/page_set.h"
#include "wissel/v1/tracking.pb.h"

namespace wissel::tracking {

struct TrackingView {
  const v1::Tracking& tracking;
  std::string_view token;
  std::string_view language;
  std::string_view center;
  std::string_view request;  // of this showing: a message sent twice is taken once
  // What has just been done: "message", "cancel", "pause", "resume", "rate", "callback"; or
  // "refused", "noNumber"; empty: nothing.
  std::string_view done;
};
std::string TrackingPage(const pages::PageSet& pages, const TrackingView& view);

}  // namespace wissel::tracking

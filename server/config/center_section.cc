#include "server/config/center_section.h"

namespace wissel::config {
namespace {

Duration FromProto(const google::protobuf::Duration& d) {
  return Duration::Millis(d.seconds() * 1000 + d.nanos() / 1'000'000);
}

}  // namespace

CenterConfig ReadCenterSection(const CenterSection& section, CenterConfig otherwise) {
  CenterConfig center = std::move(otherwise);
  if (!section.display_name().empty()) center.display_name = section.display_name();
  if (!section.time_zone().empty()) center.time_zone = section.time_zone();
  if (!section.away_reasons().empty()) {
    center.away_reasons.assign(section.away_reasons().begin(), section.away_reasons().end());
  }
  if (section.has_reconnect_grace()) center.reconnect_grace = FromProto(section.reconnect_grace());
  if (section.has_most_hops()) center.most_hops = section.most_hops();
  if (section.lost_work() == CenterSection::COMPLETE) center.lost_work = LostWorkRule::kComplete;
  if (section.lost_work() == CenterSection::RETURN_TO_QUEUE) {
    center.lost_work = LostWorkRule::kReturnToQueue;
  }
  return center;
}

void WriteCenterSection(const CenterConfig& center, CenterSection* out) {
  out->set_display_name(center.display_name);
  out->set_time_zone(center.time_zone);
  for (const std::string& reason : center.away_reasons) out->add_away_reasons(reason);
  const int64_t grace = center.reconnect_grace.millis();
  out->mutable_reconnect_grace()->set_seconds(grace / 1000);
  out->mutable_reconnect_grace()->set_nanos(static_cast<int32_t>(grace % 1000) * 1'000'000);
  out->set_lost_work(center.lost_work == LostWorkRule::kComplete ? CenterSection::COMPLETE
                                                                 : CenterSection::RETURN_TO_QUEUE);
  out->set_most_hops(center.most_hops);
}

}  // namespace wissel::config

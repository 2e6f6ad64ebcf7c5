// What is told of a re-run: a table and a plot for people, one JSON object for machines.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "forecasting/core/recording.h"
#include "forecasting/core/rerun.h"
#include "forecasting/core/tally.h"
#include "server/whatif/whatif.h"

namespace wissel::whatif {

// One with one: contacts of the record that were let in again, by their first wait.
struct Contacts {
  int64_t compared = 0;  // answered in both
  int64_t shorter = 0;
  int64_t longer = 0;
  Duration shorter_by;  // in all
  Duration longer_by;
  int64_t answered_only_in_record = 0;
  int64_t answered_only_in_rerun = 0;
};
// One contact more; those that are not known in both count for nothing.
void Count(const forecasting::ItemScript& script, const forecasting::FirstWait& rerun,
           Contacts& contacts);
Contacts CompareContacts(const forecasting::Recording& recording,
                         const std::vector<forecasting::FirstWait>& rerun);

struct Comparison {
  const WhatIfOptions& options;
  const forecasting::Recording& recording;
  const forecasting::Tally& recorded;
  const forecasting::Tally& rerun;
  const forecasting::RerunCounts& counts;
  Contacts contacts;
  // Of a run in which nothing was otherwise: whether it came to the recorded events.
  std::optional<bool> reproduced;
  double reading_s = 0;
  double running_s = 0;

  double period_s() const { return (recording.until - recording.from).seconds(); }
};

std::string Text(const Comparison& comparison);
std::string Json(const Comparison& comparison);

// Values from 0 to `most` as blocks of eight heights; a dot where there is none.
std::string Bars(const std::vector<std::optional<double>>& values, double most);

}  // namespace wissel::whatif

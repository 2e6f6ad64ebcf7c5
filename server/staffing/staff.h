// `wissel staff`: the people that a day's forecast needs, interval by interval.
#pragma once

#include <optional>
#include <string>

namespace wissel::staffing {

struct StaffOptions {
  std::string forecast;  // file of intervals (forecast_csv.h); or
  std::string model;     // a simulation model: skills, by simulation and search
  double interval_min = 30;
  std::string method = "mol";   // erlang-a, erlang-c, sipp-max, lag, lag-max, mol, mol-max
  std::string erlang = "a";     // the station of the other methods: "a" or "c"
  std::string before = "same";  // the first interval: "nothing", "same" as in it, the same "cycle"
  double aht_s = 180;           // where the file has none
  double patience_s = 180;
  double threshold_s = 20;
  std::optional<double> service_level;
  std::string variant = "of-offered";
  std::optional<double> short_s;
  std::optional<double> answer_s;
  std::optional<double> abandoned;
  std::optional<double> waits;
  std::optional<double> occupancy;
  double shrinkage = 0;
  double deadline_h = 24;
  double backlog_h = 0;
  std::optional<double> blend_occupancy;
  bool json = false;
};

// Prints the plan; returns the exit code: 0 done, 1 failed or refused, 2 wrongly asked.
int RunStaff(const StaffOptions& options);

}  // namespace wissel::staffing

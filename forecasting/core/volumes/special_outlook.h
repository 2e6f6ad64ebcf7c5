// What a special day will be like: like another weekday, with a learned offset.
//
// Each candidate, its own weekday as it is or any open weekday times a factor, is weighed by how
// well it describes past special days: those of the same name count in full, of the same kind by
// half, others by a little. Where nothing is known a holiday is expected to be like the day of rest
// of the week, an eve like the day before it. The forecast is the mixture.
//
// Pure, safe from any thread.
#pragma once

#include <vector>

#include "forecasting/core/volumes/day_model.h"
#include "forecasting/core/volumes/series.h"

namespace wissel::volumes {

struct SpecialOutlook {
  Eigen::RowVectorXd mean;  // by interval
  double spread = 0;        // relative variance of the day's level
  Weekday most_like = Weekday::kMonday;
};

class SpecialPast {
 public:
  SpecialPast(const Series& history, const DayModel& model);

  // `features` are those of `day`, which is special.
  SpecialOutlook At(Date day, const DayFeatures& features) const;

 private:
  struct PastDay {
    SpecialDay special;
    double log_total = 0;
    Eigen::RowVectorXd shape;
    std::vector<DayLook> as;  // its own weekday first, then each open one
  };
  std::vector<DayLook> Candidates(const DayFeatures& features) const;
  std::vector<double> LogPrior(DayKind kind, const DayFeatures& features) const;

  const Series& history_;
  const DayModel& model_;
  std::vector<Weekday> open_;
  std::vector<PastDay> past_;
};

}  // namespace wissel::volumes

// A day's counts as a total and a shape: the total by DayEffects on its logarithm, the shape as
//
//   share_i = usual_i + sqrt(usual_i) (sum_k score_k axis_ki + weekday remainder_i)
//
// with the axes from a weighted SVD of past shapes (Shen & Huang, "Interday Forecasting and
// Intraday Updating of Call Center Arrivals", M&SOM 10 (2008)), and each score a number a day with
// calendar effects of its own. The division by sqrt(usual) makes counting noise equal in all
// intervals; axes that counting noise alone would make are not kept. What the axes miss of a
// weekday is kept as far as it repeats (empirical Bayes).
//
// Pure; a fitted object is immutable and safe from any thread.
#pragma once

#include <vector>

#include "Eigen/Core"
#include "absl/status/statusor.h"
#include "forecasting/core/volumes/day_effects.h"
#include "forecasting/core/volumes/series.h"

namespace wissel::volumes {

struct DayLook {
  double log_total = 0;
  double variance = 0;       // of log_total, without counting; 0 where it was not asked for
  Eigen::RowVectorXd shape;  // sums to 1
};

// What the days that may be learned from look like, and how shapes vary among them.
class DayShapes {
 public:
  // Rows are days: known counts, their totals, the weight of each day, its weekday.
  DayShapes(const Matrix& counts, const Mask& known, const Eigen::VectorXd& weights,
            const std::vector<int>& weekdays);

  const Eigen::VectorXd& totals() const { return totals_; }
  // What counting alone makes the variance of the log total and of each score of a day.
  const Eigen::VectorXd& counting() const { return counting_; }
  int axis_count() const { return static_cast<int>(axes_.rows()); }
  Eigen::VectorXd Scores(int axis) const { return scores_.col(axis); }
  Eigen::RowVectorXd Shape(const Eigen::VectorXd& scores, int weekday) const;

 private:
  void FindAxes(const Matrix& scaled, const Eigen::VectorXd& weights);
  void FindRemainders(const Matrix& left, const Eigen::VectorXd& weights,
                      const std::vector<int>& weekdays);

  Eigen::RowVectorXd usual_;
  Eigen::RowVectorXd root_;  // of usual_
  Eigen::VectorXd totals_;
  Eigen::VectorXd counting_;
  Matrix axes_;             // axes x intervals
  Eigen::MatrixXd scores_;  // days x axes
  Matrix remainders_;       // weekdays x intervals
};

class DayModel {
 public:
  // INVALID_ARGUMENT with the field "series" when no ordinary day is known.
  static absl::StatusOr<DayModel> Fit(const Series& history);

  // Rows of the history that were learned from, rising: known and not special.
  const std::vector<int>& rows() const { return rows_; }
  DayLook At(const DayFeatures& day, bool with_variance) const;
  // What the days before row `origin` of the history would have said of the k-th of rows().
  DayLook Rolling(int k, int origin) const;

 private:
  DayModel(DayShapes shapes, DayEffects level)
      : shapes_(std::move(shapes)), level_(std::move(level)) {}

  std::vector<int> rows_;
  std::vector<int> weekdays_;
  DayShapes shapes_;
  DayEffects level_;
  std::vector<DayEffects> scores_;
};

}  // namespace wissel::volumes

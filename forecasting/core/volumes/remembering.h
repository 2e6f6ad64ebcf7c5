// A method that does not forecast the same twice: asked again from the same origin, for days that
// it has forecast from there, it answers what it said. For one series and the days of its grid.
//
// Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

class RememberingMethod : public Method {
 public:
  explicit RememberingMethod(std::unique_ptr<Method> method) : method_(std::move(method)) {}

  std::string_view name() const override { return method_->name(); }
  bool uses_all_history() const override { return method_->uses_all_history(); }
  absl::StatusOr<Forecast> Predict(const Series& history,
                                   const std::vector<Date>& days) const override;

 private:
  std::unique_ptr<Method> method_;
  mutable std::map<Date, Forecast> said_;  // by the last day that was known
};

}  // namespace wissel::volumes

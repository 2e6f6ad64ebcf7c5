// What a look at an installation found, one line each.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wissel::doctor {

// kWrong: it will not work, or not be safe; kWarning: it works, and somebody should know.
enum class Grade { kGood, kWarning, kWrong };

struct Finding {
  Grade grade = Grade::kGood;
  std::string about;  // "disk", "clock", "database"
  std::string what;   // one sentence, with the figure
  std::string right;  // what to do; empty where it is good
};

class Findings {
 public:
  void Good(std::string about, std::string what) {
    all_.push_back({Grade::kGood, std::move(about), std::move(what), ""});
  }
  void Warn(std::string about, std::string what, std::string right) {
    all_.push_back({Grade::kWarning, std::move(about), std::move(what), std::move(right)});
  }
  void Wrong(std::string about, std::string what, std::string right) {
    all_.push_back({Grade::kWrong, std::move(about), std::move(what), std::move(right)});
  }
  const std::vector<Finding>& all() const { return all_; }

 private:
  std::vector<Finding> all_;
};

}  // namespace wissel::doctor

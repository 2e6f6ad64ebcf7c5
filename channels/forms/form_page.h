// The page of a form: empty, or with what was filled in and what is wrong with it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channels/forms/form_rules.h"
#include "channels/pages/page_set.h"

namespace wissel::forms {

struct FormView {
  const v1::Form& form;
  std::string_view language;
  std::string_view center;   // as people know it
  std::string_view request;  // of this showing: sent twice, it is taken once
  const Values& values;
  const std::vector<Problem>& problems;
  std::optional<std::string> refused;  // the whole was, for this reason
};
std::string FormPage(const pages::PageSet& pages, const FormView& view);

}  // namespace wissel::forms

// What pages that methods write have in common (page.proto). Pure.
#pragma once

#include <string>
#include <string_view>

#include "channels/pages/page_set.h"
#include "wissel/v1/page.pb.h"

namespace wissel::pages {

// The first of this name; empty: there is none.
std::string_view ValueOf(const google::protobuf::RepeatedPtrField<v1::PageField>& fields,
                         std::string_view name);

// Nothing to show, and why: texts of the keys `page.{what}` and `page.{what}Text`.
v1::Page ProblemPage(const PageSet& pages, int http_status, std::string_view language,
                     std::string_view center, std::string_view what);

}  // namespace wissel::pages

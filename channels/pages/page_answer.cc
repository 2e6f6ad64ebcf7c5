#include "channels/pages/page_answer.h"

#include "fmt/format.h"

namespace wissel::pages {

std::string_view ValueOf(const google::protobuf::RepeatedPtrField<v1::PageField>& fields,
                         std::string_view name) {
  for (const v1::PageField& field : fields) {
    if (field.name() == name) return field.value();
  }
  return "";
}

v1::Page ProblemPage(const PageSet& pages, int http_status, std::string_view language,
                     std::string_view center, std::string_view what) {
  const std::string key = fmt::format("page.{}", what);
  PageData data = pages.Head(language, pages.Say(language, key), center, "");
  data.sections.erase("LANGUAGES");  // it has no address of its own
  data.values["TEXT"] = pages.Say(language, key + "Text");
  v1::Page page;
  page.set_status(http_status);
  page.set_content(pages.Render("problem", language, data));
  return page;
}

}  // namespace wissel::pages

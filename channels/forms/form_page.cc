#include "channels/forms/form_page.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace wissel::forms {
namespace {

using Field = v1::FormField;

std::string Said(const pages::PageSet& pages, std::string_view language, const Problem& problem) {
  using Kind = Problem::Kind;
  const auto say = [&](std::string_view key, const pages::Arguments& arguments = {}) {
    return pages.Say(language, key, arguments);
  };
  switch (problem.kind) {
    case Kind::kMissing:
      return say("problem.missing");
    case Kind::kTooLong:
      return say("problem.tooLong", {{"most", problem.most}});
    case Kind::kNoText:
      return say("problem.noText");
    case Kind::kNoEmail:
      return say("problem.noEmail");
    case Kind::kNoPhone:
      return say("problem.noPhone");
    case Kind::kNoNumber:
      return say("problem.noNumber");
    case Kind::kOutOfRange:
      return say("problem.outOfRange", {{"least", problem.least}, {"most", problem.most}});
    case Kind::kNoDate:
      return say("problem.noDate");
    case Kind::kNoChoice:
      break;
  }
  return say("problem.noChoice");
}

std::string IdOf(std::string_view field) { return fmt::format("field-{}", field); }

pages::PageData OneText(std::string_view name, std::string text) {
  pages::PageData data;
  data.values[std::string(name)] = std::move(text);
  return data;
}

const char* InputType(const Field& field) {
  switch (field.type()) {
    case Field::EMAIL:
      return "email";
    case Field::PHONE:
      return "tel";
    case Field::DATE:
      return "date";
    default:
      return "text";
  }
}

// What a browser may fill in by itself (HTML, "autofill field names").
const char* Autocomplete(const Field& field) {
  if (field.type() == Field::EMAIL) return "email";
  return field.type() == Field::PHONE ? "tel" : "on";
}

const char* SectionOf(const Field& field) {
  switch (field.type()) {
    case Field::MULTILINE:
      return "LINES";
    case Field::NUMBER:
      return "NUMBER";
    case Field::CHOICE:
      return "CHOICE";
    case Field::CHECKBOX:
      return "BOX";
    default:
      return "LINE";
  }
}

pages::PageData InputOf(const Field& field, const std::string& value, bool wrong,
                        std::string_view language) {
  pages::PageData input;
  input.values = {{"ID", IdOf(field.name())},
                  {"NAME", field.name()},
                  {"VALUE", value},
                  {"TYPE", InputType(field)},
                  {"AUTOCOMPLETE", Autocomplete(field)},
                  {"LONGEST", std::to_string(LongestOf(field))},
                  {"LEAST", std::to_string(field.least())},
                  {"MOST", std::to_string(MostOf(field))},
                  {"LABEL", std::string(TextIn(language, field.label()))}};
  input.Show("REQUIRED", field.required());
  input.Show("INVALID", wrong);
  input.Show("CHECKED", value == "yes");
  for (const v1::FormChoice& choice : field.choices()) {
    pages::PageData& row = input.sections["CHOICES"].emplace_back();
    row.values = {{"VALUE", choice.value()},
                  {"LABEL", std::string(TextIn(language, choice.label()))}};
    row.Show("CHOSEN", choice.value() == value);
  }
  return input;
}

pages::PageData FieldOf(const pages::PageSet& pages, const FormView& view, const Field& field) {
  const auto value = view.values.find(field.name());
  const auto problem = std::find_if(view.problems.begin(), view.problems.end(),
                                    [&](const Problem& one) { return one.field == field.name(); });
  const bool wrong = problem != view.problems.end();
  const std::string id = IdOf(field.name());
  pages::PageData row;
  row.values["ID"] = id;
  row.sections[SectionOf(field)].push_back(
      InputOf(field, value == view.values.end() ? "" : value->second, wrong, view.language));
  if (field.type() != Field::CHECKBOX) {
    pages::PageData label;
    label.values = {{"ID", id}, {"LABEL", std::string(TextIn(view.language, field.label()))}};
    label.Show("OPTIONAL", !field.required());
    row.sections["LABELLED"].push_back(std::move(label));
  }
  if (!field.hint().empty()) {
    row.sections["HINT"].push_back(
        OneText("TEXT", std::string(TextIn(view.language, field.hint()))));
  }
  if (wrong) {
    row.sections["WRONG"].push_back(OneText("PROBLEM", Said(pages, view.language, *problem)));
  }
  return row;
}

// All problems at the head of the page, each with a link to its field.
pages::PageData Summary(const pages::PageSet& pages, const FormView& view) {
  pages::PageData summary =
      OneText("HEAD", pages.Say(view.language, "form.problems",
                                {{"count", static_cast<int64_t>(view.problems.size())}}));
  for (const Problem& problem : view.problems) {
    const auto field = std::find_if(view.form.fields().begin(), view.form.fields().end(),
                                    [&](const Field& f) { return f.name() == problem.field; });
    pages::PageData& row = summary.sections["ROWS"].emplace_back();
    row.values = {{"ID", IdOf(problem.field)},
                  {"LABEL", std::string(TextIn(view.language, field->label()))},
                  {"PROBLEM", Said(pages, view.language, problem)}};
  }
  return summary;
}

}  // namespace

std::string FormPage(const pages::PageSet& pages, const FormView& view) {
  const std::string path = "/form/" + view.form.name().substr(std::string_view("forms/").size());
  pages::PageData data =
      pages.Head(view.language, TextIn(view.language, view.form.title()), view.center, path);
  data.values["ACTION"] = fmt::format("{}?lang={}", path, view.language);
  data.values["REQUEST"] = std::string(view.request);
  if (!view.form.intro().empty()) {
    data.sections["INTRO"].push_back(
        OneText("TEXT", std::string(TextIn(view.language, view.form.intro()))));
  }
  if (view.refused) {
    data.sections["REFUSED"].push_back(
        OneText("TEXT", pages.Say(view.language, "form.refused", {{"reason", *view.refused}})));
  }
  if (!view.problems.empty()) data.sections["PROBLEMS"].push_back(Summary(pages, view));
  for (const Field& field : view.form.fields()) {
    data.sections["FIELDS"].push_back(FieldOf(pages, view, field));
  }
  return pages.Render("form", view.language, data);
}

}  // namespace wissel::forms

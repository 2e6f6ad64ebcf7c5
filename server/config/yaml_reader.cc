#include "server/config/yaml_reader.h"

#include <charconv>
#include <limits>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "base/invariant.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "server/config/suggest.h"
#include "yaml-cpp/yaml.h"

namespace wissel::config {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

template <class Number>
std::optional<Number> ParseWhole(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> ParseReal(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Value names as they are written in a file: lower case, without the unspecified one.
std::vector<std::string> ValueNames(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(absl::AsciiStrToLower(type.value(i)->name()));
  }
  return names;
}

const EnumValueDescriptor* FindValue(const EnumDescriptor& type, const std::string& text) {
  const EnumValueDescriptor* value = type.FindValueByName(absl::AsciiStrToUpper(text));
  return value != nullptr && value->number() != 0 ? value : nullptr;
}

std::string Joined(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

class Reader {
 public:
  Reader(LineMap& lines, std::vector<Problem>& problems) : lines_(lines), problems_(problems) {}

  void ReadMessage(const YAML::Node& node, Message& message, const std::string& path) {
    lines_.Add(path, Line(node));
    if (!node.IsMap()) {
      return Report(node, path, "is not a map", "write `key: value` lines, indented alike");
    }
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(key);
      if (field == nullptr) {
        ReportUnknownKey(entry.first, key, *message.GetDescriptor(), path);
      } else if (!seen.insert(key).second) {
        Report(entry.first, Joined(path, key), "stands twice", "keep one of the two");
      } else {
        ReadField(entry.first, entry.second, message, *field, Joined(path, field->json_name()));
      }
    }
  }

 private:
  static int Line(const YAML::Node& node) { return std::max(node.Mark().line, 0) + 1; }

  void Report(const YAML::Node& node, std::string_view path, std::string_view message,
              std::string right) {
    problems_.push_back({Line(node),
                         path.empty() ? fmt::format("the file {}", message)
                                      : fmt::format("{} {}", InFileWords(path), message),
                         std::move(right)});
  }

  void ReportUnknownKey(const YAML::Node& node, const std::string& key,
                        const google::protobuf::Descriptor& type, const std::string& path) {
    std::vector<std::string> known;
    for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
    std::optional<std::string> meant = Suggest(key, known);
    Report(node, Joined(path, key), "is an unknown key",
           meant ? fmt::format("did you mean `{}`?", *meant)
                 : fmt::format("known here are {}", absl::StrJoin(known, ", ")));
  }

  void ReadField(const YAML::Node& key, const YAML::Node& node, Message& message,
                 const FieldDescriptor& field, const std::string& path) {
    lines_.Add(path, Line(key));
    if (node.IsNull()) {
      return Report(key, path, "has no value", "give one, or leave the key out");
    }
    if (const auto* oneof = field.containing_oneof();
        oneof != nullptr && message.GetReflection()->HasOneof(message, oneof) &&
        !field.has_optional_keyword()) {
      const auto* other = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
      return Report(key, path, fmt::format("stands beside `{}`", other->name()),
                    "give one of the two");
    }
    if (!field.is_repeated()) return ReadOne(node, message, field, path);
    if (!node.IsSequence()) {
      return Report(node, path, "is not a list", "write `- ` before each entry, or [a, b]");
    }
    for (size_t i = 0; i < node.size(); ++i) {
      ReadOne(node[i], message, field, fmt::format("{}[{}]", path, i));
    }
  }

  void ReadOne(const YAML::Node& node, Message& message, const FieldDescriptor& field,
               const std::string& path) {
    lines_.Add(path, Line(node));
    const auto* reflection = message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Message& inner = field.is_repeated() ? *reflection->AddMessage(&message, &field)
                                           : *reflection->MutableMessage(&message, &field);
      if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&inner)) {
        return ReadDuration(node, *duration, path);
      }
      return ReadMessage(node, inner, path);
    }
    if (!node.IsScalar()) return Report(node, path, "is not a single value", "");
    ReadScalar(node, message, field, path);
  }

  void ReadDuration(const YAML::Node& node, google::protobuf::Duration& duration,
                    const std::string& path) {
    std::optional<int64_t> millis;
    if (node.IsScalar()) millis = ParseDurationMillis(node.Scalar());
    if (!millis) {
      return Report(node, path, "is not a duration", "write for example 20s, 4h, 30d or 1h30m");
    }
    duration.set_seconds(*millis / 1000);
    duration.set_nanos(static_cast<int32_t>(*millis % 1000) * 1'000'000);
  }

  void ReadScalar(const YAML::Node& node, Message& message, const FieldDescriptor& field,
                  const std::string& path) {
    const std::string& text = node.Scalar();
    const auto* r = message.GetReflection();
    const bool many = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        many ? r->AddString(&message, &field, text) : r->SetString(&message, &field, text);
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        if (text != "true" && text != "false") {
          return Report(node, path, "is neither true nor false", "");
        }
        return r->SetBool(&message, &field, text == "true");
      case FieldDescriptor::CPPTYPE_INT32:
        if (auto number = ParseWhole<int32_t>(text)) {
          return many ? r->AddInt32(&message, &field, *number)
                      : r->SetInt32(&message, &field, *number);
        }
        return Report(node, path, fmt::format("is no whole number: {}", text), "");
      case FieldDescriptor::CPPTYPE_INT64:
        if (auto number = ParseWhole<int64_t>(text)) {
          return many ? r->AddInt64(&message, &field, *number)
                      : r->SetInt64(&message, &field, *number);
        }
        return Report(node, path, fmt::format("is no whole number: {}", text), "");
      case FieldDescriptor::CPPTYPE_UINT64:
        if (auto number = ParseWhole<uint64_t>(text)) {
          return many ? r->AddUInt64(&message, &field, *number)
                      : r->SetUInt64(&message, &field, *number);
        }
        return Report(node, path, fmt::format("is no whole number, 0 or more: {}", text), "");
      case FieldDescriptor::CPPTYPE_DOUBLE:
        if (auto number = ParseReal(text)) {
          return many ? r->AddDouble(&message, &field, *number)
                      : r->SetDouble(&message, &field, *number);
        }
        return Report(node, path, fmt::format("is no number: {}", text), "write for example 0.8");
      case FieldDescriptor::CPPTYPE_ENUM:
        return ReadEnum(node, message, field, path);
      default:
        INVARIANT(false && "the file format has no such type");
    }
  }

  void ReadEnum(const YAML::Node& node, Message& message, const FieldDescriptor& field,
                const std::string& path) {
    const EnumValueDescriptor* value = FindValue(*field.enum_type(), node.Scalar());
    if (value == nullptr) {
      const std::vector<std::string> known = ValueNames(*field.enum_type());
      std::optional<std::string> meant = Suggest(absl::AsciiStrToLower(node.Scalar()), known);
      return Report(node, path, fmt::format("is none of its values: {}", node.Scalar()),
                    meant ? fmt::format("did you mean `{}`?", *meant)
                          : fmt::format("one of {}", absl::StrJoin(known, ", ")));
    }
    const auto* reflection = message.GetReflection();
    field.is_repeated() ? reflection->AddEnum(&message, &field, value)
                        : reflection->SetEnum(&message, &field, value);
  }

  LineMap& lines_;
  std::vector<Problem>& problems_;
};

}  // namespace

std::optional<int64_t> ParseDurationMillis(std::string_view text) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  constexpr int64_t kMost = int64_t{36'500} * 86'400'000;
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    const size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos || digits > 12) return std::nullopt;
    const int64_t number = *ParseWhole<int64_t>(text.substr(0, digits));
    text.remove_prefix(digits);
    const size_t letters = std::min(text.find_first_of("0123456789"), text.size());
    int64_t unit = 0;
    for (const auto& [name, millis] : kUnits) {
      if (text.substr(0, letters) == name) unit = millis;
    }
    if (unit == 0 || number > kMost / unit) return std::nullopt;
    total += number * unit;
    if (total > kMost) return std::nullopt;
    text.remove_prefix(letters);
  }
  return total;
}

void ReadYaml(const std::string& text, Message& message, LineMap& lines,
              std::vector<Problem>& problems) {
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) {
      problems.push_back({1, "the file is empty", "give at least a `center:` section"});
      return;
    }
    Reader(lines, problems).ReadMessage(root, message, "");
  } catch (const YAML::Exception& error) {
    problems.push_back({std::max(error.mark.line, 0) + 1, "is not YAML: " + error.msg, ""});
  }
}

}  // namespace wissel::config

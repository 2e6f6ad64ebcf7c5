// A form with a field of every type.
#pragma once

#include "base/invariant.h"
#include "google/protobuf/util/json_util.h"
#include "wissel/v1/form.pb.h"

namespace wissel::forms {

inline v1::Form Complaint() {
  v1::Form form;
  const auto read = google::protobuf::util::JsonStringToMessage(R"({
    "name": "forms/complaint", "queue": "queues/tax",
    "title": [{"language": "en", "text": "A complaint"}, {"language": "nl", "text": "Een klacht"}],
    "intro": [{"language": "en", "text": "Tell us <what> went wrong."}],
    "fields": [
      {"name": "topic", "type": "CHOICE", "required": true,
       "label": [{"language": "en", "text": "Topic"}],
       "choices": [{"value": "late", "label": [{"language": "en", "text": "Too late"}]},
                   {"value": "rude", "label": [{"language": "en", "text": "Not polite"}]}]},
      {"name": "what", "type": "MULTILINE", "required": true, "longest": 30,
       "label": [{"language": "en", "text": "What happened"}, {"language": "nl", "text": "Wat"}]},
      {"name": "mail", "type": "EMAIL", "label": [{"language": "en", "text": "Mail"}]},
      {"name": "phone", "type": "PHONE", "label": [{"language": "en", "text": "Phone"}]},
      {"name": "since", "type": "DATE", "label": [{"language": "en", "text": "Since"}]},
      {"name": "children", "type": "NUMBER", "most": 20,
       "label": [{"language": "en", "text": "Children"}],
       "hint": [{"language": "en", "text": "Under 18"}]},
      {"name": "agreed", "type": "CHECKBOX", "label": [{"language": "en", "text": "Call me"}]}]
  })",
                                                                &form);
  INVARIANT(read.ok());
  return form;
}

}  // namespace wissel::forms

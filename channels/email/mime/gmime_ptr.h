// Owning pointers to GMime's objects, and its one initialisation. For this room alone.
#pragma once

#include <gmime/gmime.h>

#include <memory>
#include <string>

namespace wissel::email {

struct GObjectUnref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class T>
using GPtr = std::unique_ptr<T, GObjectUnref>;

struct GFree {
  void operator()(gpointer memory) const { g_free(memory); }
};
using GText = std::unique_ptr<char, GFree>;

// Once for the process; thread-safe.
inline void InitGmime() {
  static const bool once = (g_mime_init(), true);
  static_cast<void>(once);
}

inline std::string TextOr(const char* text) { return text == nullptr ? std::string() : text; }

}  // namespace wissel::email

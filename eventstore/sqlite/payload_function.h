// payload_json(payload) for SQL: the JSON of the column `payload` of the view `events`.
//
// One text for two: annals itself, which calls SQLite by name, and the loadable extension, where <sqlite3ext.h> has
// turned those names into calls through its host's table. So one of the two headers is included before this one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "eventstore/event_json.h"

namespace annals {

inline void CallPayloadJson(sqlite3_context* context, int, sqlite3_value** arguments) {
  sqlite3_value* const payload = arguments[0];
  if (sqlite3_value_type(payload) == SQLITE_NULL) return sqlite3_result_null(context);
  if (sqlite3_value_type(payload) != SQLITE_BLOB) {
    return sqlite3_result_error(context, "payload_json: it takes a blob, the payload of an event", -1);
  }
  const auto* const bytes = static_cast<const char*>(sqlite3_value_blob(payload));
  auto* const reader = static_cast<PayloadReader*>(sqlite3_user_data(context));
  const absl::StatusOr<std::string> json =
      reader->Json({bytes == nullptr ? "" : bytes, static_cast<size_t>(sqlite3_value_bytes(payload))});
  if (!json.ok()) {
    const std::string message = "payload_json: this is no event's payload: " + std::string(json.status().message());
    return sqlite3_result_error(context, message.c_str(), -1);
  }
  sqlite3_result_text64(context, json->data(), json->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  // SQLite's own mark of JSON: json_object() and its like embed it as it is instead of quoting it.
  sqlite3_result_subtype(context, 'J');
}

// SQLITE_OK, or SQLite's code.
inline int RegisterPayloadJson(sqlite3* database) {
  return sqlite3_create_function_v2(
      database, "payload_json", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
      std::make_unique<PayloadReader>().release(), CallPayloadJson, nullptr, nullptr,
      [](void* reader) { std::default_delete<PayloadReader>()(static_cast<PayloadReader*>(reader)); });
}

}  // namespace annals

// The name of an event's type, as logs, the `events` view and filters show it.
#pragma once

#include <string>
#include <string_view>

#include "schemas/event.capnp.h"

namespace annals {

// "run_created", "workstream_transitioned", "run_overridden", …; a note has the user's own; "unknown" for a body this
// binary does not know. The view lives as long as `event` and `scratch`, which a name put together here is written to.
std::string_view EventTypeOf(schema::Event::Reader event, std::string& scratch);

// Whether EventTypeOf() gives, or will once give, `name` to an event that is no note: in a history from elsewhere a
// note of that name would pass for one.
bool IsEngineEventType(std::string_view name);

}  // namespace annals

// What the content of an event is called in JSON: as in the command it came from.
#pragma once

#include <string_view>

#include "schemas/event.capnp.h"

namespace annals {

struct ContentNames {
  std::string_view json;
  std::string_view text;
};
// Of a note the json has no name of its own: it is the whole payload.
ContentNames ContentNamesOf(schema::Event::Body::Which which);

}  // namespace annals

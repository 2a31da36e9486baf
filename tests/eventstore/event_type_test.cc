// Names of events' types.
#include "eventstore/event_type.h"

#include <gtest/gtest.h>

namespace annals {
namespace {

TEST(EventTypes, OfTheEngineAreToldFromTheUsersOwn) {
  for (const char* const name : {"run_created", "workstream_transitioned", "run_overridden", "error_recorded"}) {
    EXPECT_TRUE(IsEngineEventType(name)) << name;
  }
  for (const char* const name : {"", "tick", "imported:run_created", "run_created2"}) {
    EXPECT_FALSE(IsEngineEventType(name)) << name;
  }
}

}  // namespace
}  // namespace annals

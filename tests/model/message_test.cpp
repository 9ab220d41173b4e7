#include "model/message.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

TEST(Message, HasANameForTraces) {
  EXPECT_EQ(type_name(Join{}), "join");
  EXPECT_EQ(type_name(Welcome{}), "welcome");
  EXPECT_EQ(type_name(Push{}), "push");
  EXPECT_EQ(type_name(PushAck{}), "push_ack");
  EXPECT_EQ(type_name(Pull{}), "pull");
  EXPECT_EQ(type_name(PullReply{}), "pull_reply");
  EXPECT_EQ(type_name(Progress{}), "progress");
  EXPECT_EQ(type_name(Stop{}), "stop");
  EXPECT_EQ(type_name(SnapshotRequest{}), "snapshot_request");
  EXPECT_EQ(type_name(Snapshot{}), "snapshot");
}

TEST(Message, RequestsAndTheirAnswersHaveTheSameNumber) {
  EXPECT_EQ(request_of(Push{.request = {7}}), 7u);
  EXPECT_EQ(request_of(PushAck{.request = {7}}), 7u);
  EXPECT_EQ(request_of(Pull{.request = {8}}), 8u);
  EXPECT_EQ(request_of(PullReply{.request = {8}}), 8u);
  EXPECT_EQ(request_of(SnapshotRequest{.id = 9}), 0u);  // instrumentation
  EXPECT_EQ(request_of(Stop{}), 0u);
}

}  // namespace
}  // namespace psgrid

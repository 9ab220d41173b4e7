// What a process records, read by another after its end.
#include "real/journal.hpp"

#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace psgrid::real {
namespace {

Observed::Recorded recorded(std::uint64_t push) {
  return {{0.5 * static_cast<double>(push)}, worker_id(3), PushBegun{{push}, {7}}};
}

std::vector<std::uint64_t> pushes(const std::vector<Observed::Recorded>& records) {
  std::vector<std::uint64_t> pushes;
  for (const auto& each : records) pushes.push_back(std::get<PushBegun>(each.record).push.value);
  return pushes;
}

TEST(Journal, IsReadWhileItIsWritten) {
  Journal journal;
  JournalWriter writer(journal.descriptor());
  EXPECT_TRUE(journal.read().empty());
  writer.add(recorded(1));
  writer.add(recorded(2));
  const auto records = journal.read();
  EXPECT_EQ(pushes(records), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(records[1].at, Time{1});
  EXPECT_EQ(records[1].node, worker_id(3));
  EXPECT_TRUE(journal.read().empty());
  writer.add(recorded(3));
  EXPECT_EQ(pushes(journal.read()), (std::vector<std::uint64_t>{3}));
}

TEST(Journal, HasAllOfAProcessThatIsKilledTheNextMoment) {
  Journal journal;
  constexpr std::uint64_t kRecords = 20'000;  // more than is read at a time
  const pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    JournalWriter writer(journal.descriptor());
    for (std::uint64_t push = 1; push <= kRecords; ++push) writer.add(recorded(push));
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto records = pushes(journal.read());
  ASSERT_EQ(records.size(), kRecords);
  EXPECT_EQ(records.front(), 1u);
  EXPECT_EQ(records.back(), kRecords);
}

TEST(Journal, LeavesARecordThatIsNotWhole) {
  std::vector<std::byte> whole(sizeof(std::uint32_t));
  encode(recorded(1), whole);
  whole[0] = static_cast<std::byte>(whole.size() - sizeof(std::uint32_t));
  for (std::size_t torn = 0; torn < whole.size(); ++torn) {
    Journal journal;
    JournalWriter(journal.descriptor()).add(recorded(5));
    ASSERT_EQ(write(journal.descriptor(), whole.data(), torn), static_cast<ssize_t>(torn));
    EXPECT_EQ(pushes(journal.read()), (std::vector<std::uint64_t>{5})) << torn;
    const auto rest = static_cast<ssize_t>(whole.size() - torn);
    ASSERT_EQ(write(journal.descriptor(), whole.data() + torn, whole.size() - torn), rest);
    EXPECT_EQ(pushes(journal.read()), (std::vector<std::uint64_t>{1})) << torn;
  }
}

}  // namespace
}  // namespace psgrid::real

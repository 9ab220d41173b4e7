// Filters that change how messages are written: key caching, Snappy, and chains of filters.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/filters/filter_chain.hpp"
#include "model/filters/rows.hpp"
#include "model/filters/snappy_block.hpp"
#include "model/wire_sections.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/filter_site.hpp"
#include "tests/support/scripted_context.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid {
namespace {

using testing::describe;
using testing::LoneFilter;
using testing::ScriptedContext;
using testing::sent_over_wire;
using testing::values_of;

const Peer kServer{server_id(0), 0}, kOther{server_id(1), 1}, kWorker{worker_id(0), 0};

// `count` keys from `first` on, every second.
KeySet list_from(Key first, std::size_t count = 20) {
  std::vector<Key> keys(count);
  for (std::size_t i = 0; i < count; ++i) keys[i] = first + 2 * i;
  return KeySet::list(std::move(keys));
}

Section rows(KeySet keys) {
  const std::vector<float> values(keys.size(), 0.5f);
  return {{0}, std::move(keys), Values(values), {}};
}

// --- key caching --------------------------------------------------------------------------------

FilterSpec caching(std::uint32_t lists = 64) {
  return {.type = FilterType::kKeyCaching, .lists = lists};
}

// What a server makes of what a worker sends.
std::string received(LoneFilter& worker, LoneFilter& server, const Section& section) {
  const auto got = server->unpack(sent_over_wire(worker->pack(section, kServer)), kWorker);
  return got ? describe(*got) : "unknown";
}

TEST(KeyCaching, SendsASignatureInPlaceOfAListThatWasSent) {
  LoneFilter worker(caching()), server(caching());
  const Section section = rows(list_from(0));
  const Section first = worker->pack(section, kServer);
  EXPECT_EQ(encoded_bytes(first), encoded_bytes(section));
  server->unpack(sent_over_wire(first), kWorker);
  const Section second = worker->pack(section, kServer);
  EXPECT_EQ(encoded_bytes(second), 1u + 1 + 8 + 1 + 20 * 4);
  const auto got = server->unpack(sent_over_wire(second), kWorker);
  ASSERT_TRUE(got);
  EXPECT_EQ(describe(*got), describe(section));
}

TEST(KeyCaching, KnowsEachPeersLists) {
  LoneFilter worker(caching());
  worker->pack(rows(list_from(0)), kServer);
  EXPECT_FALSE(worker->pack(rows(list_from(0)), kOther).form);
  EXPECT_TRUE(worker->pack(rows(list_from(0)), kServer).form);
  worker->forget(kServer);
  EXPECT_FALSE(worker->pack(rows(list_from(0)), kServer).form);
}

TEST(KeyCaching, AReceiverThatHasJustBegunAsks) {
  LoneFilter worker(caching()), server(caching()), restarted(caching());
  const Section section = rows(list_from(0));
  EXPECT_EQ(received(worker, server, section), describe(section));
  EXPECT_EQ(received(worker, restarted, section), "unknown");
  worker->forget(kServer);
  EXPECT_EQ(received(worker, restarted, section), describe(section));
  EXPECT_EQ(received(worker, restarted, section), describe(section));
}

TEST(KeyCaching, BothEndsKeepTheSameLists) {
  LoneFilter worker(caching(3), 1000), server(caching(3), 1000);
  RandomStream random(1, worker_id(0), Purpose::kTest);
  for (int i = 0; i < 300; ++i) {
    const Section section = rows(list_from(random.below(6)));
    EXPECT_EQ(received(worker, server, section), describe(section));
  }
  for (Key first = 0; first < 3; ++first) received(worker, server, rows(list_from(first)));
  received(worker, server, rows(list_from(3)));
  EXPECT_FALSE(worker->pack(rows(list_from(0)), kServer).form) << "the oldest of four";
}

TEST(KeyCaching, LeavesRangesAndShortListsAlone) {
  LoneFilter worker(caching());
  for (const KeySet& keys : {KeySet::range(0, 20), list_from(0, 8)})
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(worker->pack(rows(keys), kServer).form);
}

TEST(KeyCaching, AListOfAnotherLengthIsUnknown) {
  LoneFilter worker(caching()), server(caching());
  const Section section = rows(list_from(0));
  received(worker, server, section);
  Section wrong = worker->pack(section, kServer);
  wrong.values = Values({1, 2, 3});
  EXPECT_FALSE(server->unpack(wrong, kWorker));
}

TEST(KeyCaching, AnswersDoNotRepeatWhatWasAskedFor) {
  FilterSpec spec = caching();
  spec.push = false;
  LoneFilter server(spec);
  const Section answer = server->pack(rows(list_from(0)), kWorker);
  EXPECT_EQ(encoded_bytes(answer), 1u + 1 + 1 + 20 * 4);
  EXPECT_EQ(values_of(sent_over_wire(answer)), values_of(answer));
}

// --- snappy -------------------------------------------------------------------------------------

TEST(Snappy, MakesWhatRepeatsSmaller) {
  LoneFilter worker({.type = FilterType::kSnappy}), server({.type = FilterType::kSnappy});
  const Section section = rows(list_from(0, 1000));
  const Section packed = worker->pack(section, kServer);
  EXPECT_LT(encoded_bytes(packed), encoded_bytes(section) / 10);
  const auto got = server->unpack(sent_over_wire(packed), kWorker);
  ASSERT_TRUE(got);
  EXPECT_EQ(describe(*got), describe(section));
  EXPECT_FALSE(got->form);
}

TEST(Snappy, LeavesAloneWhatWouldGrow) {
  LoneFilter worker({.type = FilterType::kSnappy});
  EXPECT_FALSE(worker->pack(rows(KeySet::range(0, 1)), kServer).form);
}

TEST(Snappy, RefusesWhatIsNoBlock) {
  EXPECT_FALSE(snappy_uncompressed({}));
  const std::vector<std::byte> block = snappy_compressed(std::vector<std::byte>(1000));
  EXPECT_TRUE(snappy_uncompressed(block));
  for (std::size_t size = 0; size < block.size(); ++size)
    EXPECT_FALSE(snappy_uncompressed(std::span(block).first(size))) << size;
  // 2^32 - 1 bytes in six.
  std::vector<std::byte> bomb(5, std::byte{0xFF});
  bomb[4] = std::byte{0x0F};
  bomb.push_back({});
  EXPECT_FALSE(snappy_uncompressed(bomb));
}

TEST(Snappy, ABlockMustHoldExactlyASection) {
  LoneFilter worker({.type = FilterType::kSnappy});
  const Section packed = worker->pack(rows(list_from(0, 1000)), kServer);
  std::vector<std::byte> body;
  WireWriter out(body);
  put_body(out, packed);
  for (const std::size_t size : {body.size() - 1, body.size() + 1}) {
    std::vector<std::byte> other = body;
    other.resize(size);
    const std::vector<Section> sections{
        {{0}, packed.keys, packed.values, changed(packed.form, [&](SectionForm& form) {
           form.block = std::make_shared<const std::vector<std::byte>>(snappy_compressed(other));
         })}};
    std::vector<std::byte> bytes;
    WireWriter writer(bytes);
    put(writer, sections);
    WireReader in(bytes);
    get_sections(in);
    EXPECT_EQ(in.expected(), "keys and values in a compressed block");
  }
}

// --- chains -------------------------------------------------------------------------------------

// A chain of filters of pushes, of a worker or of a replica.
struct Chain {
  explicit Chain(std::vector<FilterSpec> filters, WireSpec wire = {},
                 FilterFactory factory = make_filter) {
    RunSpec run = testing::timing_scenario(1, 1, 4000, 1, 1);
    run.filters = std::move(filters);
    run.wire = wire;
    job.emplace(run, Dataset{}, Dataset{});
    job->filter_factory = std::move(factory);
    chain.emplace(*job, context, FilterChain::Direction::kPush);
  }
  FilterChain* operator->() { return &*chain; }

  ScriptedContext context{worker_id(0)};
  std::optional<Job> job;
  std::optional<FilterChain> chain;
};

TEST(FilterChain, WithoutFiltersItPassesMessagesOn) {
  Chain chain({});
  const MessagePtr push = make_message(Push{.sections = {rows(list_from(0))}});
  EXPECT_EQ(chain->pack(push, kServer), push);
  EXPECT_EQ(chain->unpack(push, kWorker), push);
}

TEST(FilterChain, ComposesKeyCachingFixedPointAndSnappy) {
  const std::vector<FilterSpec> filters = {
      caching(), {.type = FilterType::kFixedPoint, .bytes = 1}, {.type = FilterType::kSnappy}};
  Chain worker(filters), server(filters);
  for (int i = 0; i < 3; ++i) {
    std::vector<Section> gradient = {rows(list_from(0, 1000))};
    gradient.front().values = Values(std::vector<float>(1000, static_cast<float>(i)));
    worker->change(gradient, {}, {});
    const Sections sections(gradient);
    const Sections packed = worker->pack(sections, kServer);
    EXPECT_LT(encoded_bytes(packed[0]), i == 0 ? 200u : 100u);
    const std::optional<Sections> got =
        server->unpack(Sections({sent_over_wire(packed[0])}), kWorker);
    ASSERT_TRUE(got);
    EXPECT_EQ(describe((*got)[0]), describe(gradient[0]));
    EXPECT_EQ((*got)[0].form->values, ValueForm::kFixed1) << "passed on along the chain like this";
  }
}

TEST(FilterChain, WritesPlainNumbersAsWideAsItIsTold) {
  Chain worker({}, {.fixed_keys = true, .doubles = true});
  const Section section = rows(list_from(0));
  const Section wide = worker->pack(Sections({section}), kServer)[0];
  EXPECT_EQ(encoded_bytes(wide), 1u + 1 + 1 + 20 * 8 + 1 + 20 * 8);
  EXPECT_EQ(describe(sent_over_wire(wide)), describe(wide));
}

// Key caching divides what keys and values take by (k + v) / v.
TEST(FilterChain, KeyCachingSavesWhatTheFormulaSays) {
  for (const bool doubles : {false, true}) {
    const WireSpec wire{.fixed_keys = true, .doubles = doubles};
    Chain worker({caching()}, wire);
    const Sections sections({rows(list_from(0, 2000))});
    const double before = static_cast<double>(encoded_bytes(worker->pack(sections, kServer)[0]));
    const double after = static_cast<double>(encoded_bytes(worker->pack(sections, kServer)[0]));
    const double v = doubles ? 8 : 4;
    EXPECT_NEAR(before / after, (8 + v) / v, 0.01);
  }
}

TEST(FilterChain, ActsOnTheTablesThatItIsFor) {
  FilterSpec one_bit{.type = FilterType::kOneBit, .tables = {"another"}};
  EXPECT_FALSE(Chain({one_bit})->pack(Sections({rows(list_from(0))}), kServer)[0].form);
  one_bit.tables = {"parameters"};
  std::vector<Section> gradient = {rows(list_from(0))};
  Chain chain({one_bit});
  chain->change(gradient, {}, {});
  EXPECT_EQ(gradient.front().form->values, ValueForm::kOneBit);
}

TEST(FilterChain, TellsWhatItSaved) {
  Chain chain({{.type = FilterType::kOneBit}});
  std::vector<Section> gradient = {rows(KeySet::range(0, 800))};
  chain->change(gradient, {}, {});
  chain->record(chain.context);
  ASSERT_EQ(chain.context.take_effects().size(), 1u);
  chain->record(chain.context);
  EXPECT_EQ(chain.context.take_effects().size(), 0u) << "once";
}

// --- a filter of one's own ----------------------------------------------------------------------

// Leaves out rows without any value above a bound: what README.md shows.
class Threshold : public Filter {
 public:
  explicit Threshold(float least) : least_(least) {}

  Section change(Section section, const Occasion&) override {
    std::vector<std::uint64_t> kept;
    const std::size_t width = section.values.size() / section.keys.size();
    for (std::uint64_t row = 0; row < section.keys.size(); ++row)
      if (std::ranges::any_of(section.values.data().subspan(row * width, width),
                              [&](float value) { return std::fabs(value) >= least_; }))
        kept.push_back(row);
    return rows_of(section, kept);
  }

 private:
  float least_;
};

TEST(FilterChain, HasRoomForFiltersOfOnesOwn) {
  Chain chain({{.type = FilterType::kSignificantlyModified, .threshold = 3}}, {},
              [](const FilterSpec& spec, const FilterSite&) {
                return std::make_unique<Threshold>(static_cast<float>(spec.threshold));
              });
  std::vector<Section> gradient = {{{0}, KeySet::range(0, 4), Values({1, -4, 2, 3}), {}}};
  chain->change(gradient, {}, {});
  EXPECT_EQ(describe(gradient.front()), "0:[1,3]=-4,3");
}

}  // namespace
}  // namespace psgrid

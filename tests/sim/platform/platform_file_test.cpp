#include "sim/platform/platform_file.hpp"

#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <simgrid/s4u.hpp>

#include "sim/engine_config.hpp"
#include "sim/platform/check_platform.hpp"
#include "sim/platform/platform.hpp"
#include "tests/support/bare_messages.hpp"
#include "tests/support/in_child.hpp"

namespace psgrid::sim {
namespace {

using ::psgrid::testing::in_child;
using ::psgrid::testing::message_seconds;

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(::testing::TempDir() + "psgrid_platform_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".xml") {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string kHeader =
    "<?xml version='1.0'?>\n"
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
    "<platform version=\"4.1\">\n";

// Two hosts that are joined directly, one cluster, and a router in between.
const std::string kMixed = kHeader + R"(
  <zone id="world" routing="Full">
    <zone id="pair" routing="Full">
      <host id="zeus" speed="4Gf" core="2"/>
      <host id="apollo" speed="1Gf"/>
      <link id="wire" bandwidth="50MBps" latency="1ms" sharing_policy="SPLITDUPLEX"/>
      <route src="zeus" dst="apollo"><link_ctn id="wire" direction="UP"/></route>
    </zone>
    <cluster id="farm" prefix="node-" radical="0-2,7" suffix=".farm" speed="2Gf"
             bw="100MBps" lat="200us" router_id="gate"/>
    <link id="trunk" bandwidth="10MBps" latency="5ms"/>
    <zoneRoute src="pair" dst="farm" gw_src="zeus" gw_dst="gate"><link_ctn id="trunk"/></zoneRoute>
  </zone>
</platform>
)";

ClusterSpec cluster_of(std::uint32_t workers, const std::string& path) {
  ClusterSpec cluster;
  cluster.managers = 0;
  cluster.workers = workers;
  cluster.network.topology = Topology::kPlatform;
  cluster.network.platform_file = path;
  return cluster;
}

std::string only_error(const ClusterSpec& cluster) {
  const std::vector<PlatformError> errors = check_platform(cluster);
  EXPECT_EQ(errors.size(), 1u);
  return errors.empty() ? "" : errors[0].pointer + ": " + errors[0].message;
}

TEST(PlatformFile, ListsHostsAndClustersInOrder) {
  const TemporaryFile file(kMixed);
  const PlatformFile read = read_platform_file(file.path());
  EXPECT_TRUE(read.errors.empty());
  EXPECT_EQ(read.hosts, (std::vector<std::string>{"zeus", "apollo", "node-0.farm", "node-1.farm",
                                                  "node-2.farm", "node-7.farm"}));
}

TEST(PlatformFile, GivesNodesItsHostsInOrder) {
  const TemporaryFile file(kMixed);
  const ClusterSpec cluster = cluster_of(5, file.path());
  ASSERT_TRUE(check_platform(cluster).empty());
  // server[0] on zeus, worker[0] on apollo, worker[1] on node-0.
  EXPECT_NEAR(message_seconds(cluster, worker_id(0), server_id(0), 1'000'000), 1e-3 + 20e-3, 1e-9);
  EXPECT_NEAR(message_seconds(cluster, worker_id(1), server_id(0), 1'000'000),
              200e-6 + 5e-3 + 100e-3, 1e-9);
  EXPECT_NEAR(message_seconds(cluster, worker_id(1), worker_id(4), 1'000'000), 2 * 200e-6 + 10e-3,
              1e-9);
  ::psgrid::testing::expect_paths_agree_with_simgrid(cluster);
}

TEST(PlatformFile, GivesNodesTheHostsThatTheScenarioListsOrNames) {
  const TemporaryFile file(kMixed);
  ClusterSpec listed = cluster_of(1, file.path());
  listed.network.platform_hosts = {"node-7.farm", "node-1.farm"};
  ASSERT_TRUE(check_platform(listed).empty());
  EXPECT_NEAR(message_seconds(listed, worker_id(0), server_id(0), 1'000'000), 400e-6 + 10e-3, 1e-9);

  ClusterSpec named = cluster_of(2, file.path());
  GroupSpec group;
  group.nodes = {{Role::kWorker, 0, 0}};
  group.host = "zeus";
  named.groups = {group};
  const HostLayout layout(named);
  const HostAssignment assignment =
      assign_hosts(named.network, layout, read_platform_file(file.path()).hosts);
  EXPECT_EQ(assignment.names, (std::vector<std::string>{"apollo", "zeus", "node-0.farm"}));
}

TEST(PlatformFile, GivesHostsTheirSpeedAndCores) {
  const TemporaryFile file(kMixed);
  ClusterSpec cluster = cluster_of(2, file.path());
  GroupSpec group;
  group.nodes = {{Role::kWorker, 1, 1}};
  group.flops = 7e9;
  cluster.groups = {group};
  const auto child = in_child([&] {
    simgrid::s4u::Engine engine("test");
    configure_engine(cluster.network);
    const Platform platform(cluster);
    std::string text;
    for (const HostPlan& host : platform.layout().hosts())
      text += std::to_string(static_cast<int>(host.flops / 1e9)) + "x" +
              std::to_string(host.cores) + " ";
    return text;
  });
  EXPECT_EQ(child.result, "4x2 1x1 7x1 ");
}

TEST(PlatformFile, ReportsFilesThatAreNoPlatforms) {
  EXPECT_EQ(only_error(cluster_of(1, "/nowhere.xml")),
            "/network/file: cannot open the platform file \"/nowhere.xml\"");
  const TemporaryFile text("latency: 5\n");
  EXPECT_EQ(only_error(cluster_of(1, text.path())),
            "/network/file: \"" + text.path() + "\" is not XML: expected < in line 1");
}

TEST(PlatformFile, ReportsXmlErrorsWithTheirLine) {
  const TemporaryFile file(kHeader + "<zone id='z' routing='Full'>\n<host id='a'\n</zone>\n");
  const std::string error = only_error(cluster_of(1, file.path()));
  EXPECT_NE(error.find("is not XML: "), std::string::npos) << error;
  EXPECT_NE(error.find("in line 6"), std::string::npos) << error;
}

TEST(PlatformFile, ReportsOtherXml) {
  const TemporaryFile file("<html><body/></html>");
  EXPECT_EQ(only_error(cluster_of(1, file.path())),
            "/network/file: \"" + file.path() +
                "\" is no SimGrid platform: it has no element <platform>");
}

TEST(PlatformFile, ReportsOldVersions) {
  const TemporaryFile file("<platform version='3'><AS id='a'><host id='h'/></AS></platform>");
  EXPECT_EQ(only_error(cluster_of(1, file.path())),
            "/network/file: \"" + file.path() +
                "\" has version \"3\", but only 4 and 4.1 can be read; SimGrid's "
                "simgrid_update_xml converts it");
}

TEST(PlatformFile, ReportsHostsTwice) {
  const TemporaryFile file(kHeader +
                           "<zone id='z' routing='Full'><host id='a' speed='1f'/>"
                           "<host id='b' speed='1f'/><host id='a' speed='1f'/></zone></platform>");
  EXPECT_EQ(only_error(cluster_of(1, file.path())),
            "/network/file: \"" + file.path() + "\" has two hosts \"a\"");
}

TEST(PlatformFile, ReportsBadRadicals) {
  const TemporaryFile file(kHeader +
                           "<cluster id='c' prefix='n' radical='5-2' suffix='' speed='1f' "
                           "bw='1Bps' lat='1s'/></platform>");
  EXPECT_EQ(
      only_error(cluster_of(1, file.path())),
      "/network/file: in \"" + file.path() +
          "\", the cluster \"c\" has the radical \"5-2\"; expected something like \"0-9,12\"");
}

TEST(PlatformFile, ReportsTooFewHosts) {
  const TemporaryFile file(kMixed);
  EXPECT_EQ(only_error(cluster_of(6, file.path())),
            "/network/file: the nodes need 7 hosts, but the platform file has 6; to put several "
            "nodes on a host, use nodes_per_host in a group");
  ClusterSpec listed = cluster_of(2, file.path());
  listed.network.platform_hosts = {"zeus", "apollo"};
  EXPECT_EQ(only_error(listed),
            "/network/hosts: the nodes need 3 hosts, but this list has 2; to put several nodes on "
            "a host, use nodes_per_host in a group");
}

TEST(PlatformFile, ReportsListedHostsThatDoNotExist) {
  const TemporaryFile file(kMixed);
  ClusterSpec cluster = cluster_of(1, file.path());
  cluster.network.platform_hosts = {"zeus", "hera"};
  EXPECT_EQ(only_error(cluster), "/network/hosts/1: the platform file has no host \"hera\"");
}

TEST(PlatformFile, ReportsSettingsWithoutEffect) {
  const TemporaryFile file(kMixed);
  ClusterSpec cluster = cluster_of(1, file.path());
  GroupSpec group;
  group.nodes = {{Role::kWorker, 0, 0}};
  group.bandwidth = 1e9;
  cluster.groups = {group};
  EXPECT_EQ(only_error(cluster),
            "/groups/0/bandwidth: no effect: links come from the platform file");
}

// What only SimGrid can tell ends as one sentence too.
std::string failure(const std::string& text) {
  const TemporaryFile file(text);
  const ClusterSpec cluster = cluster_of(1, file.path());
  EXPECT_TRUE(check_platform(cluster).empty());
  const auto child = in_child([&]() -> std::string {
    simgrid::s4u::Engine engine("test");
    configure_engine(cluster.network);
    try {
      const Platform platform(cluster);
    } catch (const PlatformFailure& error) {
      return error.what();
    }
    return "built";
  });
  EXPECT_EQ(child.exit_code, 0) << child.errors;
  EXPECT_EQ(child.errors, "");
  return child.result;
}

TEST(PlatformFile, FailsOnUnknownLinks) {
  const std::string error =
      failure(kHeader +
              "<zone id='z' routing='Full'><host id='a' speed='1Gf'/><host id='b' speed='1Gf'/>\n"
              "<route src='a' dst='b'><link_ctn id='ghost'/></route></zone></platform>");
  EXPECT_NE(error.find("SimGrid cannot load the platform file"), std::string::npos) << error;
  EXPECT_NE(error.find("ghost"), std::string::npos) << error;
}

TEST(PlatformFile, FailsOnMissingRoutes) {
  const std::string error = failure(
      kHeader +
      "<zone id='z' routing='Full'><host id='a' speed='1Gf'/><host id='b' speed='1Gf'/></zone>"
      "</platform>");
  EXPECT_EQ(error, "the platform file has no route from host \"a\" to host \"b\"");
}

TEST(PlatformFile, FailsOnQuantitiesThatMakeNoSense) {
  const std::string error =
      failure(kHeader +
              "<zone id='z' routing='Full'><host id='a' speed='fast'/><host id='b' speed='1Gf'/>"
              "</zone></platform>");
  EXPECT_NE(error.find("SimGrid cannot load the platform file"), std::string::npos) << error;
}

}  // namespace
}  // namespace psgrid::sim

#include "runtime/tasks/task_name.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using aio::detail::TaskName;

TEST(TaskName, is_made_of_the_number_until_it_is_given) {
    TaskName name(7);
    EXPECT_EQ(name.text(), "Task-7");
    name.set("worker");
    EXPECT_EQ(name.text(), "worker");
    EXPECT_EQ(name.number(), 7u);
    name.set("a name that is too long for the place that a std::string has for short ones");
    EXPECT_EQ(name.text(), "a name that is too long for the place that a std::string has for short ones");
    EXPECT_EQ(name.number(), 7u);
}

TEST(TaskName, can_be_empty_if_it_is_given_so) {
    TaskName name(1);
    name.set("");
    EXPECT_EQ(name.text(), "");
}

TEST(TaskName, takes_numbers_of_63_bits) {
    constexpr std::uint64_t most = (std::uint64_t{1} << 63) - 1;
    EXPECT_EQ(TaskName(most).number(), most);
    EXPECT_EQ(sizeof(TaskName), sizeof(void*));
}

}  // namespace

#include "runtime/reactor/intrusive_list.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

struct Item : aio::ListHook<Item> {
    explicit Item(char n) : name(n) {}
    char name;
};
using List = aio::IntrusiveList<Item>;

std::string names(const List& list) {
    std::string text;
    for (const Item* item = list.front(); item; item = list.after(*item)) text += item->name;
    return text;
}

TEST(IntrusiveList, is_first_in_first_out) {
    Item a('a'), b('b'), c('c');
    List list;
    for (Item* item : {&a, &b, &c}) list.push_back(*item);
    EXPECT_EQ(list.pop_front(), &a);
    EXPECT_EQ(list.pop_front(), &b);
    EXPECT_EQ(list.pop_front(), &c);
    EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(IntrusiveList, lets_an_element_go_from_anywhere) {
    Item a('a'), b('b'), c('c');
    List list;
    for (Item* item : {&a, &b, &c}) list.push_back(*item);
    b.unlink();
    EXPECT_EQ(names(list), "ac");
    a.unlink();
    EXPECT_EQ(names(list), "c");
    c.unlink();
    EXPECT_TRUE(list.empty());
    c.unlink();  // stands in none: nothing happens
}

TEST(IntrusiveList, is_left_by_an_element_that_is_destroyed) {
    Item a('a'), c('c');
    List list;
    list.push_back(a);
    {
        Item b('b');
        list.push_back(b);
        list.push_back(c);
    }
    EXPECT_EQ(names(list), "ac");
}

TEST(IntrusiveList, leaves_no_links_behind_when_it_is_destroyed) {
    Item a('a');
    {
        List list;
        list.push_back(a);
        EXPECT_TRUE(a.linked());
    }
    EXPECT_FALSE(a.linked());
}

TEST(IntrusiveList, appends_another_in_order_and_empties_it) {
    Item a('a'), b('b'), c('c');
    List first, second;
    first.push_back(a);
    second.push_back(b);
    second.push_back(c);
    first.append(second);
    EXPECT_EQ(names(first), "abc");
    EXPECT_TRUE(second.empty());
    first.append(second);
    EXPECT_EQ(names(first), "abc");
    second.append(first);
    EXPECT_EQ(names(second), "abc");
    EXPECT_TRUE(first.empty());
}

struct Red : aio::ListHook<Red> {};
struct Twice : Red, aio::ListHook<Twice> {};

TEST(IntrusiveList, takes_an_element_of_two_hooks_beside_another_list) {
    Twice element;
    aio::IntrusiveList<Red> red;
    aio::IntrusiveList<Twice> blue;
    red.push_back(element);
    blue.push_back(element);
    EXPECT_EQ(red.pop_front(), &element);
    EXPECT_EQ(blue.front(), &element);
}

}  // namespace

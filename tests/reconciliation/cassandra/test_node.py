"""The node of demo and tests: one per folder, and clear about what it lacks."""

import pytest

from project.cassandra import CassandraNode, NodeError, java


def test_a_second_node_on_the_same_folder_is_refused(cassandra):
    with pytest.raises(NodeError, match="Another node runs in"):
        CassandraNode(cassandra.node._place).start()


def test_without_java_it_names_the_package(monkeypatch):
    monkeypatch.setattr(java, "major_version", lambda _: 11)
    with pytest.raises(NodeError, match="apt-get install openjdk-17-jre-headless"):
        java.java()


def test_without_maven_it_names_the_package(monkeypatch, tmp_path):
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(NodeError, match="apt-get install maven"):
        java.jars(tmp_path)


def test_jars_that_were_fetched_are_not_fetched_again(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert any(java.jars().glob("cassandra-all-5*.jar"))

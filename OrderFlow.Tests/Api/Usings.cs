extern alias api;

global using api::OrderFlow.Api.Cluster;
global using api::OrderFlow.Api.Health;
global using api::OrderFlow.Api.Live;
global using api::OrderFlow.Api.Orders;
global using api::OrderFlow.Auth;

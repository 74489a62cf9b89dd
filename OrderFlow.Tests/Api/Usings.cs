global using OrderFlow.Api.Cluster;
global using OrderFlow.Api.Health;
global using OrderFlow.Api.Live;
global using OrderFlow.Api.Orders;
global using OrderFlow.ServiceDefaults.Auth;
